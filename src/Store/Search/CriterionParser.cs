namespace Dicom2Fhir.Store.Search;

/// <summary>Reads one parameter of a query: its name with modifier, chain or _has, and its values.</summary>
static class CriterionParser
{
    /// <summary>Links of a chain: a.b.c=x has two, each _has is one. Each link costs a search of its own.</summary>
    public const int MostLinks = 4;

    const string Has = "_has:";

    public static (Criterion? Criterion, QueryProblem? Problem) Parse(ServedType type, string name, string value, QueryContext context)
    {
        var (criterion, problem) = Parse(type, name, value, context, 0);
        return (criterion, problem is null ? null : problem with { Parameter = name });
    }

    static (Criterion? Criterion, QueryProblem? Problem) Parse(ServedType type, string name, string value, QueryContext context, int links)
    {
        if (!StoredText.IsStorable(value)) return Problem(QueryProblemKind.Invalid, name, $"{Nearest.Short(name)}: the value has a character no text can hold (U+0000 or half of a pair).");
        if (links > MostLinks) return Problem(QueryProblemKind.TooCostly, name, $"A chain has at most {MostLinks} links.");
        if (name.StartsWith(Has, StringComparison.Ordinal)) return ParseHas(type, name, value, context, links);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0) return ParseChain(type, name[..dot], name[(dot + 1)..], value, context, links);

        var (written, modifier) = SplitModifier(name);
        if (SearchParameters.Find(type, written) is not { } parameter)
        {
            // A named query or chain that is ignored would count the whole hospital (R4 search 3.1.1.7 demands it for _query).
            return (null, new QueryProblem(QueryProblemKind.NotSupported, name, Nearest.Unknown(type, name), links == 0 && name is not ("_query" or "_has")));
        }

        if (Modifiers.Problem(parameter, name, modifier) is { } refusal) return (null, refusal);
        if (modifier == "missing")
        {
            return value is "true" or "false"
                ? (new MissingCriterion(parameter, written, value == "true"), null)
                : Problem(QueryProblemKind.Invalid, name, $"{name}: '{Nearest.Short(value)}' is not true or false.");
        }

        var values = Escapes.Split(value, ',').Where(part => part.Length > 0).ToList();
        if (values.Count == 0) return Problem(QueryProblemKind.Invalid, name, $"{name}: no value between the commas.");
        if (values.Count > QueryStringParser.MostValues)
        {
            return Problem(QueryProblemKind.TooCostly, name, $"A parameter has at most {QueryStringParser.MostValues} values, this one has {values.Count}.");
        }

        var (criterion, fault) = SearchValues.Read(parameter, written, modifier, values, context);
        return criterion is not null ? (criterion, null) : Problem(fault!.Kind, name, $"{name}: {fault.Text}");
    }

    static (Criterion?, QueryProblem?) ParseChain(ServedType type, string head, string rest, string value, QueryContext context, int links)
    {
        var (written, modifier) = SplitModifier(head);
        if (SearchParameters.Find(type, written) is not { } parameter) return Problem(QueryProblemKind.NotSupported, head, Nearest.Unknown(type, written));
        if (parameter.Kind != SearchKind.Reference) return Problem(QueryProblemKind.Invalid, head, $"{written} is no reference: nothing can be chained to it.");
        if (modifier is not null && !ResourceTypes.IsKnown(modifier)) return Problem(QueryProblemKind.Invalid, head, $":{Nearest.Short(modifier)} is no resource type.");

        IReadOnlyList<string> names = modifier is not null ? [modifier] : parameter.Targets.Count > 0 ? parameter.Targets : [.. ServedType.All.Select(one => one.Name)];
        var types = names.Select(ServedType.Find).OfType<ServedType>().ToList();
        if (types.Count == 0) return Problem(QueryProblemKind.NotSupported, head, $"{head}.{Nearest.Short(rest)}: resources of type {string.Join(" or ", names)} are not stored here.");

        var inner = new List<TypeSearch>();
        QueryProblem? first = null;
        foreach (var target in types)
        {
            var (criterion, problem) = Parse(target, rest, value, context, links + 1);
            if (criterion is not null) inner.Add(new TypeSearch(target, [criterion]));
            else if (problem!.Kind is not QueryProblemKind.NotSupported) return (null, problem);
            first ??= problem;
        }

        if (inner.Count == 0) return (null, first! with { Ignorable = false });
        return (new ChainCriterion(parameter, head, inner, Bases(context)) { Inline = Inline(parameter, rest, value, context, links) }, null);
    }

    // medication.code: the code may stand in the place of the reference.
    static Criterion? Inline(SearchParameter parameter, string rest, string value, QueryContext context, int links) =>
        parameter.Inline is { } inline && SplitModifier(rest).Name == inline ? Parse(parameter.Type, rest, value, context, links + 1).Criterion : null;

    // _has:Type:reference:criterion
    static (Criterion?, QueryProblem?) ParseHas(ServedType searched, string name, string value, QueryContext context, int links)
    {
        var parts = name[Has.Length..].Split(':', 3);
        if (parts.Length < 3 || parts.Any(part => part.Length == 0)) return Problem(QueryProblemKind.Invalid, name, $"'{Nearest.Short(name)}' is not _has:Type:reference:parameter.");
        if (ServedType.Find(parts[0]) is not { } type)
        {
            return ResourceTypes.IsKnown(parts[0])
                ? Problem(QueryProblemKind.NotSupported, name, $"_has: resources of type {parts[0]} are not stored here.")
                : Problem(QueryProblemKind.Invalid, name, $"_has: '{Nearest.Short(parts[0])}' is no resource type.");
        }

        if (SearchParameters.Find(type, parts[1]) is not { } reference) return Problem(QueryProblemKind.NotSupported, name, Nearest.Unknown(type, parts[1]));
        if (reference.Kind != SearchKind.Reference || (reference.Targets.Count > 0 && !reference.Targets.Contains(searched.Name)))
        {
            return Problem(QueryProblemKind.Invalid, name, $"_has: {parts[1]} of {type.Name} does not refer to a resource of type {searched.Name}.");
        }

        var (inner, problem) = Parse(type, parts[2], value, context, links + 1);
        return inner is null
            ? (null, problem! with { Ignorable = false })
            : (new HasCriterion(reference, "_has", parts[1], searched, new TypeSearch(type, [inner]), Bases(context)), null);
    }

    internal static IReadOnlyList<string> Bases(QueryContext context) => [.. context.BaseUrls.Select(at => at.AbsoluteUri.TrimEnd('/') + "/").Distinct(StringComparer.Ordinal)];

    static (string Name, string? Modifier) SplitModifier(string name) =>
        name.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? (name[..colon], name[(colon + 1)..]) : (name, null);

    static (Criterion?, QueryProblem?) Problem(QueryProblemKind kind, string name, string text) => (null, new QueryProblem(kind, name, text, false));
}
