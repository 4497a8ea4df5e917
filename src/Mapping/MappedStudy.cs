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

    /// <summary>
    /// The same without some companions: no reference of the study leads to them, and each is a finding (design decision 6). This object stays as it is.
    /// </summary>
    public MappedStudy Without(IReadOnlyCollection<Resource> companions)
    {
        if (companions.Count == 0) return this;
        var gone = companions.Select(companion => $"{companion.TypeName}/{companion.Id}").ToHashSet(StringComparer.Ordinal);
        var study = (ImagingStudy)Study.DeepCopy();
        study.Extension.RemoveAll(Leads);
        foreach (var series in study.Series)
        {
            series.Performer.RemoveAll(performer => IsGone(performer.Actor));
            foreach (var extension in series.Extension) extension.Extension.RemoveAll(Leads);
        }

        return new(
            study, [.. Devices.Where(Stays)], [.. Administrations.Where(Stays)], [.. Observations.Where(Stays)],
            [.. Findings, .. gone.Order(StringComparer.Ordinal).Select(reference =>
                new Finding(Mapping.Findings.Nonconformant, FindingSeverity.Error, reference, "the companion is not stored, the study does not refer to it"))])
        {
            Unused = Unused,
        };

        bool IsGone(ResourceReference? reference) => reference?.Reference is { } text && gone.Contains(text);
        bool Leads(Extension extension) => IsGone(extension.Value as ResourceReference);
        bool Stays(Resource resource) => !gone.Contains($"{resource.TypeName}/{resource.Id}");
    }

    /// <summary>Values of an attribute that reached no element, those of the study's own elements included.</summary>
    internal IReadOnlySet<string> UnusedOf(TagRow row, string seriesUid) =>
        ((string[])[row.Keyword, $"{row.Keyword} series {seriesUid}"])
            .SelectMany(place => Unused.TryGetValue(place, out var values) ? values : []).ToHashSet(StringComparer.Ordinal);
}
