namespace Dicom2Fhir.Mapping;

/// <summary>Which free text may stand in for an absent attribute (design decision 19).</summary>
public enum TextHintLevel
{
    Off,

    /// <summary>Description and protocol name of the series.</summary>
    Series,

    /// <summary>The description of the study too, which says what the study is about, not each of its series.</summary>
    All,
}

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

    /// <summary>Setting Mapping__TextHints.</summary>
    public TextHintLevel TextHints { get; init; } = TextHintLevel.Series;

    /// <summary>Version of the MII module that resources are made for: <see cref="Mii.Version"/> or <see cref="Mii.Ballot"/> (setting Mapping__Target).</summary>
    public string Target { get; init; } = Mii.Version;

    /// <summary>Code tables, with the rows of the site where it has some (setting Mapping__Tables).</summary>
    public CodeTables Tables { get; init; } = CodeTables.Shipped;

    /// <summary>Makes ids from their recipe text (design decision 16): first 32 hex digits of SHA-256, or of the keyed hash.</summary>
    public required Func<string, string> MakeId { get; init; }
}
