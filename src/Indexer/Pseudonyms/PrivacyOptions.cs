namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>What is kept of the rest of a header (design decision 4), settings Privacy__*; the defaults link to the archive and keep days.</summary>
public sealed record PrivacyOptions
{
    /// <summary>False: UIDs of study, series, instance and what they refer to become UIDs below 2.25 made with the key.</summary>
    public bool KeepUids { get; init; } = true;

    /// <summary>False: of dates only the year is kept, of times nothing.</summary>
    public bool KeepDates { get; init; } = true;

    /// <summary>False: serial numbers and station names of devices become keyed hashes.</summary>
    public bool KeepDevices { get; init; } = true;

    /// <summary>False: descriptions and other free text are dropped instead of scrubbed.</summary>
    public bool KeepTexts { get; init; } = true;
}
