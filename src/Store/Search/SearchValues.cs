using System.Diagnostics;

namespace Dicom2Fhir.Store.Search;

/// <summary>Reads the values of a parameter by its kind (R4 search 3.1.1.4). Exactly one of criterion and fault is given.</summary>
static class SearchValues
{
    /// <summary>Why a value was not understood.</summary>
    internal sealed record Fault(string Text, QueryProblemKind Kind = QueryProblemKind.Invalid)
    {
        public static implicit operator Fault(string text) => new(text);
    }

    public static (Criterion? Criterion, Fault? Fault) Read(
        SearchParameter parameter, string written, string? modifier, List<string> values, QueryContext context) => parameter.Kind switch
    {
        SearchKind.Token => ReadTokens(parameter, written, modifier, values, context),
        SearchKind.Uri => Collect(values, Uri, read => new UriCriterion(parameter, written, read, modifier == "below")),
        SearchKind.Date => Collect(values, text => Date(text, context), read => new DateCriterion(parameter, written, read)),
        SearchKind.Number => Collect(values, Number, read => new NumberCriterion(parameter, written, read)),
        SearchKind.Quantity => Collect(values, Quantity, read => new QuantityCriterion(parameter, written, read)),
        SearchKind.Text => Collect(values, text => String(text, modifier), read => new StringCriterion(parameter, written, read, Match(modifier))),
        SearchKind.Reference when modifier == "identifier" => Collect(values, text => Token(text, false, false), read => new ReferenceIdentifierCriterion(parameter, written, read)),
        SearchKind.Reference => Collect(values, text => Reference(parameter, modifier, text, context), read => new ReferenceCriterion(parameter, written, read, modifier)),
        SearchKind.Composite => Collect(values, text => Tuple(parameter, text, context), read => new CompositeCriterion(parameter, written, read)),
        _ => throw new UnreachableException(),
    };

    static (Criterion?, Fault?) ReadTokens(SearchParameter parameter, string written, string? modifier, List<string> values, QueryContext context) => modifier switch
    {
        "text" => Collect(values, text => String(text, null), read => new TextCriterion(parameter, written, read)),
        "of-type" => Collect(values, OfType, read => new OfTypeCriterion(parameter, written, read)),
        "in" or "not-in" => ValueSet(parameter, written, modifier == "not-in", values, context),
        "below" => Collect(values, text => Site(text), read => new TokenCriterion(parameter, written, read, false) { Below = true }),
        _ => Collect(values, text => Token(parameter, text), read => new TokenCriterion(parameter, written, read, modifier == "not")
        {
            Below = modifier is null && parameter.IsBodySite && context.BodySiteHierarchy && read.All(value => value.Code is not null),
        }),
    };

    static (Criterion?, Fault?) Collect<T>(List<string> values, Func<string, (T? Value, Fault? Fault)> read, Func<IReadOnlyList<T>, Criterion> criterion)
        where T : class
    {
        var all = new List<T>(values.Count);
        foreach (var text in values)
        {
            var (value, fault) = read(text);
            if (value is null) return (null, fault);
            all.Add(value);
        }

        return (criterion(all), null);
    }

    static (TokenValue?, Fault?) Token(SearchParameter parameter, string text) => Token(text, parameter.IsBoolean, parameter.IsBare);

    static (TokenValue?, Fault?) Token(string text, bool isBoolean, bool isBare)
    {
        var parts = Escapes.Split(text, '|');
        if (parts.Count > 2) return (null, $"'{Nearest.Short(text)}' has more than one bar; a token is code, system|code, |code or system|.");
        var plain = parts.Select(Escapes.Unescape).ToList();
        if (plain.Contains(null)) return (null, BadEscape(text));
        if (isBoolean) return text is "true" or "false" ? (new TokenValue(null, text), null) : (null, $"'{Nearest.Short(text)}' is not true or false.");
        if (parts.Count == 1) return (new TokenValue(null, plain[0]), null);
        if (isBare) return (null, $"'{Nearest.Short(text)}' has a system; an id has none.");
        if (plain[1]!.Length > 0) return (new TokenValue(plain[0], plain[1]), null);
        return plain[0]!.Length > 0 ? (new TokenValue(plain[0], null), null) : (null, "'|' has neither system nor code.");
    }

    static (TokenValue?, Fault?) Site(string text)
    {
        var (token, fault) = Token(text, false, false);
        return token is null ? (null, fault) : token.Code is null ? (null, $"'{Nearest.Short(text)}' names no code.") : (token, null);
    }

    static (TypedIdentifier?, Fault?) OfType(string text)
    {
        var parts = Escapes.Split(text, '|').Select(Escapes.Unescape).ToList();
        if (parts.Contains(null)) return (null, BadEscape(text));
        return parts.Count == 3 && parts.All(part => part!.Length > 0)
            ? (new TypedIdentifier(parts[0]!, parts[1]!, parts[2]!), null)
            : (null, $"'{Nearest.Short(text)}' is not system|code|value, all three given.");
    }

    static (Criterion?, Fault?) ValueSet(SearchParameter parameter, string written, bool not, List<string> values, QueryContext context)
    {
        if (values.Count > 1) return (null, "one value set at a time.");
        var (canonical, fault) = Uri(values[0]);
        if (canonical is null) return (null, fault);
        return context.ValueSets(canonical) is { } codes
            ? (new TokenCriterion(parameter, written, codes, not) { ValueSet = canonical }, null)
            : (null, new Fault($"the value set '{Nearest.Short(canonical)}' is not loaded, or not with all its codes.", QueryProblemKind.NotSupported));
    }

    static StringMatch Match(string? modifier) => modifier switch { "exact" => StringMatch.Exact, "contains" => StringMatch.Contains, _ => StringMatch.Prefix };

    static (string?, Fault?) String(string text, string? modifier)
    {
        if (Escapes.Unescape(text) is not { } plain) return (null, BadEscape(text));
        return modifier == "exact" || Folding.Fold(plain).Length > 0 ? (plain, null) : (null, "there is no letter to look for.");
    }

    static (string?, Fault?) Uri(string text) => Escapes.Unescape(text) is { } plain ? (plain, null) : (null, BadEscape(text));

    static (NumberValue?, Fault?) Number(string text) =>
        NumberValue.Parse(text) is { } number ? (number, null) : (null, $"'{Nearest.Short(text)}' is no number; write [eq|ne|gt|lt|ge|le|sa|eb|ap]123.4, at most 18 digits.");

    static (QuantityValue?, Fault?) Quantity(string text)
    {
        var parts = Escapes.Split(text, '|').Select(Escapes.Unescape).ToList();
        if (parts.Contains(null)) return (null, BadEscape(text));
        if (parts.Count is 2 or > 3) return (null, $"'{Nearest.Short(text)}' is not number, number|system|code or number||code.");
        var (number, fault) = Number(parts[0]!);
        if (number is null) return (null, fault);
        if (parts.Count == 1 || (parts[1]!.Length == 0 && parts[2]!.Length == 0)) return (new QuantityValue(number, null, null), null);
        return parts[2]!.Length == 0
            ? (null, $"'{Nearest.Short(text)}' names a system without a code.")
            : (new QuantityValue(number, parts[1]!.Length == 0 ? null : parts[1], parts[2]), null);
    }

    static (DateValue?, Fault?) Date(string text, QueryContext context)
    {
        if (Prefixes.Split(text) is not var (prefix, rest)) return (null, $"'{Nearest.Short(text)}' begins with no prefix of {Prefixes.List}.");
        if (FhirDate.Parse(rest, context.Zone) is not { } date)
        {
            return (null, $"'{Nearest.Short(text)}' is no date; write yyyy, yyyy-mm, yyyy-mm-dd or yyyy-mm-ddThh:mm[:ss[.f]][Z|+hh:mm].");
        }

        return (new DateValue(prefix, text, prefix == Prefix.Ap ? Widen(date, context) : date), null);
    }

    // ap: a tenth of the distance to now on both sides, in whole days.
    static FhirDate Widen(FhirDate date, QueryContext context)
    {
        var now = (context.Time ?? TimeProvider.System).GetUtcNow().UtcDateTime;
        var days = (int)Math.Min(Math.Abs((now - date.Low).TotalDays) / 10, 100_000);
        var first = date.FirstDay.AddDays(-Math.Min(days, date.FirstDay.DayNumber - 400));
        var last = date.LastDay.AddDays(Math.Min(days, DateOnly.MaxValue.DayNumber - 400 - date.LastDay.DayNumber));
        return new FhirDate(DatePrecision.Day, FhirDate.StartOf(first, context.Zone), FhirDate.StartOf(last.AddDays(1), context.Zone), first, last);
    }

    static (ReferenceValue?, Fault?) Reference(SearchParameter parameter, string? type, string text, QueryContext context)
    {
        if (Escapes.Unescape(text) is not { } plain) return (null, BadEscape(text));
        if (plain.Contains(':', StringComparison.Ordinal))
        {
            var relative = context.BaseUrls.Select(at => Relative(at, plain)).FirstOrDefault(found => found is not null);
            return (new ReferenceValue(plain, relative is null ? [plain] : Forms(relative, context)), null);
        }

        var typed = plain.Contains('/', StringComparison.Ordinal);
        if (type is not null && typed) return (null, $"'{Nearest.Short(text)}' names a type beside the modifier :{type}; give the id alone.");
        if (typed) return (new ReferenceValue(plain, Forms(plain, context)), null);
        IReadOnlyList<string> types = type is not null ? [type] : parameter.Targets.Count > 0 ? parameter.Targets : [.. ServedType.All.Select(one => one.Name)];
        return (new ReferenceValue(plain, [.. types.SelectMany(one => Forms($"{one}/{plain}", context))]), null);
    }

    /// <summary>A stored reference may be absolute under one of our own bases.</summary>
    internal static IReadOnlyList<string> Forms(string relative, QueryContext context) =>
        [relative, .. context.BaseUrls.Select(at => $"{at.AbsoluteUri.TrimEnd('/')}/{relative}").Distinct(StringComparer.Ordinal)];

    static string? Relative(Uri at, string url)
    {
        var prefix = at.AbsoluteUri.TrimEnd('/') + "/";
        return url.StartsWith(prefix, StringComparison.Ordinal) ? url[prefix.Length..] : null;
    }

    static (IReadOnlyList<PartValue>?, Fault?) Tuple(SearchParameter parameter, string text, QueryContext context)
    {
        var texts = Escapes.Split(text, '$');
        if (texts.Count != parameter.Parts.Count || texts.Contains(""))
        {
            return (null, $"'{Nearest.Short(text)}' does not have the {parameter.Parts.Count} parts {string.Join('$', parameter.Parts.Select(part => part.Name))}.");
        }

        var parts = new List<PartValue>();
        for (var i = 0; i < texts.Count; i++)
        {
            var (part, fault) = Part(parameter, parameter.Parts[i], texts[i], context);
            if (part is null) return (null, fault);
            parts.Add(part);
        }

        return (parts, null);
    }

    static (PartValue?, Fault?) Part(SearchParameter composite, CompositePart part, string text, QueryContext context) => part.Kind switch
    {
        SearchKind.Token => As(Token(SearchParameters.Find(composite.Type, part.Name)!, text), value => new PartValue.OfToken(value)),
        SearchKind.Quantity => As(Quantity(text), value => new PartValue.OfQuantity(value)),
        SearchKind.Date => As(Date(text, context), value => new PartValue.OfDate(value)),
        SearchKind.Text => As(String(text, null), value => new PartValue.OfString(value)),
        _ => throw new UnreachableException(),
    };

    static (PartValue?, Fault?) As<T>((T? Value, Fault? Fault) read, Func<T, PartValue> part)
        where T : class => read.Value is null ? (null, read.Fault) : (part(read.Value), null);

    static string BadEscape(string text) => $"'{Nearest.Short(text)}' has a backslash before something other than , $ | and \\.";
}
