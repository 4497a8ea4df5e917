namespace Dicom2Fhir.Mapping;

/// <summary>What the mapper must be told.</summary>
public sealed record MappingOptions
{
    /// <summary>Zone of DICOM times that state none (design decision 2).</summary>
    public required TimeZoneInfo TimeZone { get; init; }

    /// <summary>False: only the counts of instances go into the resource (setting Instances=counts).</summary>
    public bool Instances { get; init; } = true;

    /// <summary>System of the accession identifier; none without it (setting Accession__System).</summary>
    public string? AccessionSystem { get; init; }

    /// <summary>meta.source (setting Meta__Source).</summary>
    public string? Source { get; init; }

    /// <summary>Makes ids from their recipe text (design decision 16): first 32 hex digits of SHA-256, or of the keyed hash.</summary>
    public required Func<string, string> MakeId { get; init; }
}
