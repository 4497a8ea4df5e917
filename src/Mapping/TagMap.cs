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

    /// <summary>Device serial: kept, it is no patient data.</summary>
    Device,
}

/// <summary>One DICOM attribute the program reads.</summary>
/// <param name="Index">Position in <see cref="TagMap.All"/>.</param>
public sealed record TagRow(
    int Index, string Keyword, TagPath Path, TagLevel Level, Privacy Privacy, string Target, string Element, string Converter, string WhenAbsent);

/// <summary>THE tag table: read set, mapper, docs/mapping.md and the completeness report follow from it.</summary>
public static class TagMap
{
    public static IReadOnlyList<TagRow> All { get; } = [];

    /// <summary>What the readers keep.</summary>
    public static ReadSet ReadSet { get; } = ReadSet.Of(All.Select(row => row.Path));

    /// <summary>The attributes of one file. The three UIDs are as the header has them; null where one is missing.</summary>
    public static InstanceAttributes? Extract(DataSet dataSet) => throw new NotImplementedException();
}
