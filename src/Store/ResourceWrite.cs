using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store;

/// <summary>Who wrote a resource: the mapping of DICOM headers, or an import.</summary>
public enum Origin
{
    Index = 1,
    Import = 2,
}

/// <summary>Conformance state stored with a resource.</summary>
/// <param name="State">0 unchecked, 1 valid, 2 invalid.</param>
/// <param name="Profile">Canonical with version of the profile that decided.</param>
/// <param name="Engine">Version of the rules, with the fingerprint of the loaded packages.</param>
public sealed record ConformanceState(short State, string? Profile, string? Engine)
{
    public static ConformanceState Unchecked { get; } = new(0, null, null);

    /// <summary>The answers by profile version, that of <see cref="Profile"/> first; empty when unchecked.</summary>
    public IReadOnlyList<ProfileAnswer> Answers { get; init; } = [];
}

/// <summary>What one version of a profile says of a resource.</summary>
public sealed record ProfileAnswer(string Profile, bool Valid, IReadOnlyList<RuleCount> Rules);

/// <summary>How often a resource breaks a rule.</summary>
/// <param name="Expression">FHIRPath without indices.</param>
/// <param name="Severity">error, warning or information.</param>
public sealed record RuleCount(string Rule, string Expression, string Severity, int Count);

/// <summary>A resource to be written, with what the index needs.</summary>
/// <param name="Json">The text to store; meta.versionId and meta.lastUpdated are set by the writer, everything else stays byte for byte.</param>
/// <param name="Resource">The same, parsed: the index is extracted from it.</param>
public sealed record ResourceWrite(ServedType Type, string Id, string Json, Resource Resource, Origin Origin, ConformanceState Conformance);

/// <summary>What became of a <see cref="ResourceWrite"/>.</summary>
public enum WriteOutcome
{
    Created,
    Updated,
    Unchanged,

    /// <summary>A resource of the other origin has the type and id, or the study identifier: nothing was written.</summary>
    IdConflict,
}
