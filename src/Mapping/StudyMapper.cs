using Hl7.Fhir.Model;

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

/// <summary>The resources of one study. Devices come in id order.</summary>
public sealed record MappedStudy(ImagingStudy Study, IReadOnlyList<Device> Devices, IReadOnlyList<Finding> Findings);

/// <summary>Makes the MII resources of a study from the kept attributes; the same attributes give the same content in any order.</summary>
public static class StudyMapper
{
    /// <param name="series">All series of the study, every instance of the same patient pseudonym.</param>
    public static MappedStudy Map(IReadOnlyList<SeriesAttributes> series, MappingOptions options) => throw new NotImplementedException();

    /// <summary>The distinct patient pseudonyms of the instances: more than one means a conflict (design decision 15).</summary>
    public static IReadOnlyList<string> Subjects(IEnumerable<SeriesAttributes> series) => throw new NotImplementedException();

    /// <summary>Id of the ImagingStudy of a study (design decision 16).</summary>
    public static string StudyId(string studyUid, MappingOptions options) => options.MakeId("study|" + studyUid);
}
