namespace Dicom2Fhir.Store.Search;

/// <summary>Query string to request: names, modifiers, alternatives. Values are read by kind in <see cref="SearchValues"/>.</summary>
public static class QueryStringParser
{
    /// <summary>A query a person or portal writes has under 30; the limit keeps a hostile one from joining thousands of bitmaps.</summary>
    public const int MostParameters = 100;

    /// <summary>Portals send lists of patients and codes; 20,000 make a form of about 1 MB.</summary>
    public const int MostValues = 20_000;

    /// <param name="parameters">Decoded names and values without result parameters; empty values are dropped.</param>
    public static ParsedQuery Parse(ServedType type, IEnumerable<KeyValuePair<string, string>> parameters, QueryContext context)
    {
        var criteria = new List<Criterion>();
        var problems = new List<QueryProblem>();
        foreach (var (name, value) in parameters)
        {
            if (value.Length == 0) continue;
            if (criteria.Count + problems.Count == MostParameters)
            {
                problems.Add(new QueryProblem(QueryProblemKind.TooCostly, name, $"A query has at most {MostParameters} parameters.", false));
                break;
            }

            var parsed = ParseOne(type, name, value, context);
            if (parsed.Criterion is not null) criteria.Add(parsed.Criterion);
            else problems.Add(parsed.Problem!);
        }

        return new ParsedQuery(new SearchRequest(type, criteria), problems);
    }

    static (Criterion? Criterion, QueryProblem? Problem) ParseOne(ServedType type, string name, string value, QueryContext context)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var written = colon < 0 ? name : name[..colon];
        var modifier = colon < 0 ? null : name[(colon + 1)..];
        if (SearchParameters.Find(type, written) is not { } parameter)
        {
            return (null, new QueryProblem(QueryProblemKind.NotSupported, name, Unknown(type, name), !MustNotBeIgnored(name)));
        }

        if (ModifierProblem(parameter, modifier) is { } refusal) return (null, refusal with { Parameter = name });
        if (modifier == "missing")
        {
            return value is "true" or "false"
                ? (new MissingCriterion(parameter, written, value == "true"), null)
                : (null, Invalid(name, $"'{value}' is not true or false."));
        }

        var values = Escapes.Split(value, ',').Where(part => part.Length > 0).ToList();
        if (values.Count == 0) return (null, Invalid(name, "no value between the commas."));
        if (values.Count > MostValues)
        {
            return (null, new QueryProblem(QueryProblemKind.TooCostly, name, $"A parameter has at most {MostValues} values, this one has {values.Count}.", false));
        }

        var (criterion, fault) = SearchValues.Read(parameter, written, modifier, values, context);
        return criterion is null ? (null, Invalid(name, fault!)) : (criterion, null);
    }

    // A chain, _has or named query that is ignored would count the whole hospital (R4 search 3.1.1.7 demands it for _query).
    static bool MustNotBeIgnored(string name) =>
        name.Contains('.', StringComparison.Ordinal) || name.StartsWith("_has", StringComparison.Ordinal) || name == "_query";

    static QueryProblem? ModifierProblem(SearchParameter parameter, string? modifier)
    {
        var offered = Modifiers.Of(parameter);
        if (modifier is null || offered.Contains(modifier)) return null;
        if (parameter.Kind == SearchKind.Reference && ServedType.Find(modifier) is not null) return null;
        var list = offered.Count == 0 ? "it takes none" : "it takes " + string.Join(", ", offered.Select(word => ":" + word));
        return Modifiers.Known.Contains(modifier)
            ? new QueryProblem(QueryProblemKind.NotSupported, "", $"The modifier :{modifier} is not offered for {parameter.Name}; {list}.", false)
            : new QueryProblem(QueryProblemKind.Invalid, "", $":{modifier} is no modifier of {parameter.Name}; {list}.", false);
    }

    static QueryProblem Invalid(string name, string text) => new(QueryProblemKind.Invalid, name, $"{name}: {text}", false);

    static string Unknown(ServedType type, string name)
    {
        if (name.Contains('.', StringComparison.Ordinal) || name.StartsWith("_has", StringComparison.Ordinal)) return $"Chained searches ('{name}') are not offered.";
        var nearest = SearchParameters.Of(type).SelectMany(parameter => parameter.Names)
            .OrderBy(known => Distance(known, name)).ThenBy(known => known, StringComparer.Ordinal).Take(3);
        return $"{type.Name} has no search parameter '{name}'; the nearest are {string.Join(", ", nearest)}.";
    }

    // Levenshtein's distance, a row at a time; names are short, longer ones are cut.
    static int Distance(string left, string right)
    {
        right = right.Length > 60 ? right[..60] : right;
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}

/// <summary>Which modifiers a parameter takes.</summary>
public static class Modifiers
{
    /// <summary>Every modifier R4 defines.</summary>
    internal static readonly string[] Known = ["missing", "exact", "contains", "text", "not", "above", "below", "in", "not-in", "of-type", "identifier", "iterate"];

    public static IReadOnlyList<string> Of(SearchParameter parameter) => parameter.Kind switch
    {
        SearchKind.Token => ["missing", "not"],
        SearchKind.Uri => ["missing", "below"],
        SearchKind.Date or SearchKind.Reference => ["missing"],
        _ => [],
    };
}
