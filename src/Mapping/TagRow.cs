using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.Mapping;

public enum TagLevel
{
    Study,
    Series,
    Instance,
}

/// <summary>What happens to a value before anything is stored (design section 6, decisions 3 and 4).</summary>
public enum Privacy
{
    /// <summary>Kept as it is.</summary>
    Keep,

    /// <summary>Replaced by the patient's pseudonym (together with the issuer).</summary>
    PatientId,

    /// <summary>Used for the pseudonym only, never kept.</summary>
    PatientIdIssuer,

    /// <summary>Read so that the scrubber knows what to remove from texts, never kept.</summary>
    ScrubberOnly,

    /// <summary>Replaced by a keyed hash.</summary>
    Accession,

    /// <summary>Free text: names, dates and long numbers are removed.</summary>
    Text,

    /// <summary>Kept, or pseudonymised by setting.</summary>
    Uid,

    /// <summary>Names one device: kept, for it is no patient data, or pseudonymised by setting.</summary>
    Device,
}

/// <summary>One DICOM attribute the program reads.</summary>
/// <param name="Index">Position in <see cref="TagMap.All"/>.</param>
/// <param name="Keyword">Keyword of PS3.6; below a sequence the keywords of the path joined by dots. Unique.</param>
/// <param name="Path">Where the attribute stands. Unique, and the name under which values are kept: never reuse one for another meaning.</param>
public sealed record TagRow(int Index, string Keyword, TagPath Path, TagLevel Level, Privacy Privacy)
{
    /// <summary>FHIR path of the element the value ends in, "" when the attribute is only read.</summary>
    public required string Target { get; init; }

    /// <summary>Name of the MII element or extension, "" when there is none.</summary>
    public string Element { get; init; } = "";

    /// <summary>How values become the element. The mapper calls it; it does nothing else for a row.</summary>
    public required Conversion Conversion { get; init; }

    /// <summary>What happens when no instance states a value, as docs/mapping.md says it.</summary>
    public string WhenAbsent { get; init; } = "element absent";

    /// <summary>How the text is taken from a data set.</summary>
    public Reading Reading { get; init; } = Reading.Values;

    /// <summary>The path as text: what hashes and orders go by.</summary>
    public string PathText { get; } = Path.ToString();

    public bool Equals(TagRow? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Index;
}
