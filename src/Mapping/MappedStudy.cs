using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>The resources of one study; those of one type in id order. The same instances give the same content, whatever came first.</summary>
public sealed record MappedStudy(
    ImagingStudy Study,
    IReadOnlyList<Device> Devices,
    IReadOnlyList<MedicationAdministration> Administrations,
    IReadOnlyList<Observation> Observations,
    IReadOnlyList<Finding> Findings)
{
    /// <summary>By place of the finding; not cut to the texts that <see cref="Findings"/> shows.</summary>
    internal IReadOnlyDictionary<string, HashSet<string>> Unused { get; init; } = new Dictionary<string, HashSet<string>>();

    /// <summary>Everything besides the study itself.</summary>
    public IEnumerable<Resource> Companions => [.. Devices, .. Administrations, .. Observations];

    /// <summary>Values of an attribute that reached no element, those of the study's own elements included.</summary>
    internal IReadOnlySet<string> UnusedOf(TagRow row, string seriesUid) =>
        ((string[])[row.Keyword, $"{row.Keyword} series {seriesUid}"])
            .SelectMany(place => Unused.TryGetValue(place, out var values) ? values : []).ToHashSet(StringComparer.Ordinal);
}
