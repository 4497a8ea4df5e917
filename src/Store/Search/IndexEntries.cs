namespace Dicom2Fhir.Store.Search;

/// <summary>A bitmap term: kinds are listed in Schema/0002_search.sql.</summary>
public readonly record struct TermKey(short Type, string Param, char Kind, string System, string Code)
{
    /// <summary>Of what tells terms apart mostly: a resource has some hundred, each looked up several times.</summary>
    public override int GetHashCode() => HashCode.Combine(Code, Param, Kind);
}

/// <summary>
/// Everything the index holds of one resource. Typed rows are filed under a term, which is among <see cref="Terms"/>: the parameter's "has any value", a unit, the
/// code of a composite.
/// </summary>
public sealed record IndexEntries
{
    public required IReadOnlyList<TermKey> Terms { get; init; }

    /// <summary>Id of the Patient the resource is about.</summary>
    public string? Patient { get; init; }

    public DateTime? Started { get; init; }

    /// <summary>Targets as "Type/id", or the absolute URL of a foreign one.</summary>
    public IReadOnlyList<(TermKey Param, string Target)> References { get; init; } = [];

    /// <summary>64-bit hashes of (system, value), of the value alone, of the system alone, of (type, value).</summary>
    public IReadOnlyList<(TermKey Param, long Hash)> Identifiers { get; init; } = [];

    /// <summary>UTC instants, [Low, High).</summary>
    public IReadOnlyList<(TermKey Param, DateTime Low, DateTime High)> Dates { get; init; } = [];

    /// <summary>Both ends included; they differ for runs of integers only.</summary>
    public IReadOnlyList<(TermKey Param, decimal Low, decimal High)> Numbers { get; init; } = [];

    /// <summary>Folded text, and a hash of the text letter for letter.</summary>
    public IReadOnlyList<(TermKey Param, string Folded, long Hash)> Strings { get; init; } = [];
}
