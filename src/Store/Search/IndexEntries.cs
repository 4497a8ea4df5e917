namespace Dicom2Fhir.Store.Search;

/// <summary>A bitmap term: kinds are listed in Schema/0002_search.sql.</summary>
public readonly record struct TermKey(short Type, string Param, char Kind, string System, string Code);

/// <summary>
/// Everything the index holds of one resource. Typed rows name their parameter by its "has any value" term, which is among <see cref="Terms"/>.
/// </summary>
public sealed record IndexEntries
{
    public required IReadOnlyList<TermKey> Terms { get; init; }

    /// <summary>Id of the Patient the resource is about.</summary>
    public string? Patient { get; init; }

    public DateTime? Started { get; init; }

    /// <summary>Targets as "Type/id", or the absolute URL of a foreign one.</summary>
    public IReadOnlyList<(TermKey Param, string Target)> References { get; init; } = [];

    /// <summary>64-bit hashes of (system, value), and of the value alone.</summary>
    public IReadOnlyList<(TermKey Param, long Hash)> Identifiers { get; init; } = [];

    /// <summary>UTC instants, [Low, High).</summary>
    public IReadOnlyList<(TermKey Param, DateTime Low, DateTime High)> Dates { get; init; } = [];
}
