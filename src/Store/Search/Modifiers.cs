namespace Dicom2Fhir.Store.Search;

/// <summary>Which modifiers a parameter takes (R4 search 3.1.1.4.4).</summary>
public static class Modifiers
{
    /// <summary>Every modifier R4 defines.</summary>
    internal static readonly string[] Known = ["missing", "exact", "contains", "text", "not", "above", "below", "in", "not-in", "of-type", "identifier", "iterate"];

    /// <summary>References also take a type: performer:Device.</summary>
    public static IReadOnlyList<string> Of(SearchParameter parameter) => parameter.Kind switch
    {
        SearchKind.Token =>
        [
            "missing", "not",
            .. parameter.HasText ? ["text"] : Array.Empty<string>(),
            .. parameter.IsBoolean || parameter.IsBare ? Array.Empty<string>() : ["in", "not-in"],
            .. parameter.IsBodySite ? ["below"] : Array.Empty<string>(),
            .. parameter.HasType ? ["of-type"] : Array.Empty<string>(),
        ],
        SearchKind.Text => ["missing", "exact", "contains"],
        SearchKind.Uri => ["missing", "below"],
        SearchKind.Reference => ["missing", "identifier"],
        SearchKind.Date or SearchKind.Number or SearchKind.Quantity => ["missing"],
        _ => [],
    };

    /// <summary>Null when the parameter takes the modifier.</summary>
    internal static QueryProblem? Problem(SearchParameter parameter, string name, string? modifier)
    {
        var offered = Of(parameter);
        if (modifier is null || offered.Contains(modifier)) return null;
        if (parameter.Kind == SearchKind.Reference && ResourceTypes.IsKnown(modifier)) return null;
        var list = offered.Count == 0 ? "it takes none" : "it takes " + string.Join(", ", offered.Select(word => ":" + word));
        return Known.Contains(modifier)
            ? new QueryProblem(QueryProblemKind.NotSupported, name, $"The modifier :{modifier} is not offered for {parameter.Name}; {list}.", false)
            : new QueryProblem(QueryProblemKind.Invalid, name, $":{Nearest.Short(modifier)} is no modifier of {parameter.Name}; {list}.", false);
    }
}

/// <summary>Names of resource types of R4.</summary>
static class ResourceTypes
{
    public static bool IsKnown(string name) => Hl7.Fhir.Model.ModelInfo.IsKnownResource(name);
}
