using System.Diagnostics;

namespace Dicom2Fhir.Store.Search;

/// <summary>Reads the values of a parameter by its kind (R4 search 3.1.1.4). Exactly one of criterion and fault is given.</summary>
static class SearchValues
{
    public static (Criterion? Criterion, string? Fault) Read(
        SearchParameter parameter, string written, string? modifier, List<string> values, QueryContext context) => parameter.Kind switch
    {
        SearchKind.Token => Collect(values, text => Token(parameter, text), read => new TokenCriterion(parameter, written, read, modifier == "not")),
        SearchKind.Uri => Collect(values, Uri, read => new UriCriterion(parameter, written, read, modifier == "below")),
        SearchKind.Date => Collect(values, text => Date(text, context), read => new DateCriterion(parameter, written, read)),
        SearchKind.Reference => Collect(values, text => Reference(parameter, modifier, text, context), read => new ReferenceCriterion(parameter, written, read, modifier)),
        SearchKind.Composite => Collect(values, text => Tuple(parameter, text), read => new CompositeCriterion(parameter, written, read)),
        _ => throw new UnreachableException(),
    };

    static (Criterion?, string?) Collect<T>(List<string> values, Func<string, (T? Value, string? Fault)> read, Func<IReadOnlyList<T>, Criterion> criterion)
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

    static (TokenValue?, string?) Token(SearchParameter parameter, string text)
    {
        var parts = Escapes.Split(text, '|');
        if (parts.Count > 2) return (null, $"'{text}' has more than one bar; a token is code, system|code, |code or system|.");
        var plain = parts.Select(Escapes.Unescape).ToList();
        if (plain.Contains(null)) return (null, BadEscape(text));
        if (parameter.IsBoolean) return text is "true" or "false" ? (new TokenValue(null, text), null) : (null, $"'{text}' is not true or false.");
        if (parts.Count == 1) return (new TokenValue(null, plain[0]), null);
        if (parameter.Storage == SearchStorage.Resource) return (null, $"'{text}' has a system; an id has none.");
        if (plain[1]!.Length > 0) return (new TokenValue(plain[0], plain[1]), null);
        return plain[0]!.Length > 0 ? (new TokenValue(plain[0], null), null) : (null, "'|' has neither system nor code.");
    }

    static (string?, string?) Uri(string text) => Escapes.Unescape(text) is { } plain ? (plain, null) : (null, BadEscape(text));

    static (DateValue?, string?) Date(string text, QueryContext context)
    {
        var prefix = DatePrefix.Eq;
        var rest = text;
        if (text.Length > 2 && char.IsAsciiLetter(text[0]))
        {
            if (!char.IsAsciiLetterLower(text[0]) || !Enum.TryParse(text[..2], ignoreCase: true, out prefix)) return (null, $"'{text}' begins with no prefix of eq ne gt lt ge le sa eb ap.");
            rest = text[2..];
        }

        if (FhirDate.Parse(rest, context.Zone) is not { } date) return (null, $"'{text}' is no date; write yyyy, yyyy-mm, yyyy-mm-dd or yyyy-mm-ddThh:mm[:ss[.f]][Z|+hh:mm].");
        return (new DateValue(prefix, text, prefix == DatePrefix.Ap ? Widen(date, context) : date), null);
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

    static (ReferenceValue?, string?) Reference(SearchParameter parameter, string? type, string text, QueryContext context)
    {
        if (Escapes.Unescape(text) is not { } plain) return (null, BadEscape(text));
        if (plain.Contains("://", StringComparison.Ordinal))
        {
            var relative = context.BaseUrls.Select(at => Relative(at, plain)).FirstOrDefault(found => found is not null);
            return (new ReferenceValue(plain, relative is null ? [plain] : Forms(relative, context)), null);
        }

        var typed = plain.Contains('/', StringComparison.Ordinal);
        if (type is not null && typed) return (null, $"'{text}' names a type beside the modifier :{type}; give the id alone.");
        var target = typed ? plain : $"{type ?? parameter.Target}/{plain}";
        return (new ReferenceValue(plain, Forms(target, context)), null);
    }

    // A stored reference may be absolute under one of our own bases.
    static IReadOnlyList<string> Forms(string relative, QueryContext context) =>
        [relative, .. context.BaseUrls.Select(at => $"{at.AbsoluteUri.TrimEnd('/')}/{relative}").Distinct(StringComparer.Ordinal)];

    static string? Relative(Uri at, string url)
    {
        var prefix = at.AbsoluteUri.TrimEnd('/') + "/";
        return url.StartsWith(prefix, StringComparison.Ordinal) ? url[prefix.Length..] : null;
    }

    static (IReadOnlyList<TokenValue>?, string?) Tuple(SearchParameter parameter, string text)
    {
        var parts = Escapes.Split(text, '$');
        if (parts.Count != parameter.Parts.Count || parts.Contains(""))
        {
            return (null, $"'{text}' does not have the {parameter.Parts.Count} parts {string.Join('$', parameter.Parts)}.");
        }

        var tokens = new List<TokenValue>();
        for (var i = 0; i < parts.Count; i++)
        {
            var part = SearchParameters.Find(parameter.Type, parameter.Parts[i])!;
            var (token, fault) = Token(part, parts[i]);
            if (token is null) return (null, fault);
            tokens.Add(token);
        }

        return (tokens, null);
    }

    static string BadEscape(string text) => $"'{text}' has a backslash before something other than , $ | and \\.";
}
