namespace Dicom2Fhir.Store.Search;

public enum SearchKind
{
    Token,
    Uri,
    Date,
    Reference,
    Composite,
}

/// <summary>One search parameter of one type.</summary>
/// <param name="Names">The first one is the name in /metadata; all are accepted.</param>
public sealed record SearchParameter(ServedType Type, IReadOnlyList<string> Names, SearchKind Kind, string Definition, string Documentation);

/// <summary>THE search parameter table: CapabilityStatement, index extraction, SQL and docs/search-parameters.md follow from it.</summary>
public static class SearchParameters
{
    public static IReadOnlyList<SearchParameter> All { get; } = [];
}
