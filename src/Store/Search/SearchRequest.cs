namespace Dicom2Fhir.Store.Search;

/// <summary>What is searched, in which order, and what comes along. Other result parameters (_count, _summary ...) are the facade's.</summary>
/// <param name="Searches">One a type; more than one only for a search over the whole base.</param>
public sealed record SearchRequest(IReadOnlyList<TypeSearch> Searches)
{
    /// <summary>Keys of _sort, most significant first; without, results come in the order of their search numbers.</summary>
    public IReadOnlyList<SortKey> Sort { get; init; } = [];

    public IReadOnlyList<Include> Includes { get; init; } = [];

    /// <summary>Root elements that are wanted of the matches, those that are always sent included; null: whole documents. Not part of the query.</summary>
    public IReadOnlySet<string>? Elements { get; init; }

    /// <summary>Bases of absolute references to this server, with the slash at the end.</summary>
    public IReadOnlyList<string> Bases { get; init; } = [];

    /// <summary>True for a search over the base: _type is part of the query.</summary>
    public bool IsSystem { get; init; }

    /// <summary>The type of a search over one type.</summary>
    public ServedType Type => Searches[0].Type;

    public IReadOnlyList<Criterion> Criteria => Searches[0].Criteria;

    /// <summary>
    /// The request as name and value, escaped as FHIR wants but not percent-encoded: parsing them gives an equal request. A compartment is part of the path,
    /// not of the query.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Print() =>
    [
        .. IsSystem ? [KeyValuePair.Create("_type", string.Join(',', Searches.Select(search => search.Type.Name)))] : Array.Empty<KeyValuePair<string, string>>(),
        .. Criteria.Where(criterion => criterion is not CompartmentCriterion).Select(criterion => KeyValuePair.Create(criterion.PrintName(), criterion.PrintValue())),
        .. Sort.Count == 0 ? Array.Empty<KeyValuePair<string, string>>() : [KeyValuePair.Create("_sort", string.Join(',', Sort.Select(key => key.Print())))],
        .. Includes.Where(include => include.IsPrinted).Select(include => KeyValuePair.Create(include.IsReverse ? "_revinclude" : "_include", include.Written)),
    ];
}

/// <summary>The criteria of one type; all must hold.</summary>
public sealed record TypeSearch(ServedType Type, IReadOnlyList<Criterion> Criteria);

/// <param name="Written">Name as the client wrote it.</param>
public sealed record SortKey(SearchParameter Parameter, string Written, bool Descending)
{
    internal string Print() => Descending ? "-" + Written : Written;
}

/// <summary>Resources that come along with the matches (R4 search 3.1.1.5.4).</summary>
/// <param name="Written">Value as the client wrote it.</param>
/// <param name="IsReverse">_revinclude: resources of <paramref name="Source"/> that refer to a match; else what a match of that type refers to.</param>
/// <param name="Parameters">Reference parameters of the source; all of them for *.</param>
/// <param name="Target">Only references to this type; null: any.</param>
public sealed record Include(string Written, bool IsReverse, ServedType Source, IReadOnlyList<SearchParameter> Parameters, ServedType? Target)
{
    /// <summary>False for the further types of one written *.</summary>
    internal bool IsPrinted { get; init; } = true;
}

/// <summary>Why a parameter was refused or ignored.</summary>
public enum QueryProblemKind
{
    /// <summary>The value does not have the form of the parameter's type.</summary>
    Invalid,

    /// <summary>A parameter or modifier this server does not offer.</summary>
    NotSupported,

    /// <summary>More values or parameters than a query may have, or an answer that would be too large.</summary>
    TooCostly,
}

/// <param name="Parameter">As the client wrote it, modifier included.</param>
/// <param name="Ignorable">True when lenient handling may drop the parameter instead of refusing the query.</param>
public sealed record QueryProblem(QueryProblemKind Kind, string Parameter, string Text, bool Ignorable);

/// <summary>A query understood: the request, and what could not be.</summary>
public sealed record ParsedQuery(SearchRequest Request, IReadOnlyList<QueryProblem> Problems);

/// <summary>What the parser must know beside the query.</summary>
/// <param name="Zone">Zone of search dates that state none.</param>
/// <param name="BaseUrls">The bases whose absolute references are references to this server.</param>
/// <param name="Time">For the ap prefix.</param>
public sealed record QueryContext(TimeZoneInfo Zone, IReadOnlyList<Uri> BaseUrls, TimeProvider? Time = null)
{
    /// <summary>A plain body-site token means :below (Search__BodySiteHierarchy=on).</summary>
    public bool BodySiteHierarchy { get; init; }

    /// <summary>Resources hold counts of instances only (Instances=counts): parameters over instances are refused.</summary>
    public bool WithoutInstances { get; init; }

    /// <summary>Codes of a value set by its canonical, with or without version; null when it is not loaded. For :in and :not-in.</summary>
    public Func<string, IReadOnlyList<TokenValue>?> ValueSets { get; init; } = _ => null;
}
