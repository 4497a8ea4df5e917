namespace Dicom2Fhir.Store.Search;

/// <summary>What is searched: a type and the criteria that all must hold. Result parameters (_count, _elements ...) are the facade's.</summary>
public sealed record SearchRequest(ServedType Type, IReadOnlyList<Criterion> Criteria)
{
    /// <summary>The criteria as name and value, escaped as FHIR wants but not percent-encoded: parsing them gives an equal request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Print() => throw new NotImplementedException();
}

/// <summary>One parameter of a query.</summary>
public abstract record Criterion;

/// <summary>Why a parameter was refused or ignored.</summary>
public enum QueryProblemKind
{
    /// <summary>The value does not have the form of the parameter's type.</summary>
    Invalid,

    /// <summary>A parameter or modifier this server does not offer.</summary>
    NotSupported,

    /// <summary>More values or parameters than a query may have.</summary>
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
public sealed record QueryContext(TimeZoneInfo Zone, IReadOnlyList<Uri> BaseUrls);

/// <summary>Query string to request.</summary>
public static class QueryStringParser
{
    /// <param name="parameters">Decoded names and values without result parameters; empty values are dropped.</param>
    public static ParsedQuery Parse(ServedType type, IEnumerable<KeyValuePair<string, string>> parameters, QueryContext context) =>
        throw new NotImplementedException();
}
