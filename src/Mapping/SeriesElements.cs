using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>Conversions to elements of ImagingStudy.series.</summary>
static class SeriesElements
{
    const string OtherModality = "OT";

    public static Conversion Uid { get; } = new Conversion.OfSeries(
        "The plain UID.", (series, row) => series.Target.Uid = series.Scope.Instances[0][row]);

    public static Conversion Number { get; } = new Conversion.OfSeries(
        "The smallest of all instances; unsignedInt.", (series, row) => series.Target.Number = series.Scope.Smallest(row));

    public static Conversion Modality { get; } = new Conversion.OfSeries(
        "The most frequent value, upper case, by Modalities.tsv (CID 33); ImagingStudy.modality has the distinct codes of the series.",
        (series, row) => series.Target.Modality = Coding(CodeSystems.Dicom, ModalityOf(series.Scope, row)));

    public static Conversion Description { get; } = new Conversion.OfSeries(
        "The most frequent text; when no instance has one, that of (0018,1030).",
        (series, row) => series.Target.Description = series.Scope.MostFrequent(row) ?? series.Scope.MostFrequent(TagMap.ProtocolName));

    public static Conversion Started { get; } = new Conversion.OfSeries(
        "Earliest over the instances; when no series date is valid (0008,0022) with (0008,0032), then (0008,002A). Zone as for the study.",
        (series, row) =>
        {
            var start = Starts.Earliest(series.Scope, series.Study, row, TagMap.SeriesTime)
                ?? Starts.Earliest(series.Scope, series.Study, TagMap.AcquisitionDate, TagMap.AcquisitionTime)
                ?? Starts.Earliest(series.Scope, series.Study, TagMap.AcquisitionDateTime);
            if (start is not { } moment) return;
            series.Target.StartedElement = new FhirDateTime(moment.Text);
            series.Study.SeriesStarts.Add(moment);
        });

    public static Conversion BodySite { get; } = new Conversion.OfSeries(
        "SNOMED CT: (0008,2218) first, then this text by BodySites.tsv and BodySiteSynonyms.tsv. "
        + "Several: the combined term if there is one, else the most frequent.",
        (series, row) =>
        {
            var codes = CodedSites(series.Scope).ToList();
            if (codes.Count == 0) codes = [.. TextSites(series.Scope, row)];
            if (SiteOf(series.Scope, row, codes) is { } code) series.Target.BodySite = Coding(CodeSystems.Snomed, code);
        });

    public static Conversion Laterality { get; } = new Conversion.OfSeries(
        "SNOMED CT by Laterality.tsv (CID 244): (0020,0062), else (0020,0060), else the modifier of (0008,2218). "
        + "Left with right is bilateral; U (unpaired) has no code.",
        (series, row) =>
        {
            if (Sides.Of(series.Scope, row) is { } code) series.Target.Laterality = Coding(CodeSystems.Snomed, code);
        });

    public static Conversion ContrastGiven { get; } = new Conversion.OfSeries(
        "contrastBolus true: an agent, an item in (0018,0012), a volume or dose above 0, a start time or an ingredient. "
        + "False: a word of ContrastWords.tsv that denies.",
        (series, _) =>
        {
            if (Contrast.Of(series.Scope) is not { } given) return;
            var extension = new Extension { Url = Mii.ContrastExtension };
            extension.AddExtension("contrastBolus", new FhirBoolean(given));
            series.Target.Extension.Add(extension);
        });

    public static Conversion Performer { get; } = new Conversion.OfSeries(
        "Reference to a Device of manufacturer, model and serial number (else station name), each agreed by all instances.",
        (series, _) =>
        {
            if (Devices.Of(series.Scope, series.Study.Options) is not { } device) return;
            series.Study.Devices[device.Id!] = device;
            series.Target.Performer.Add(new ImagingStudy.PerformerComponent { Actor = new ResourceReference("Device/" + device.Id) });
        });

    static Coding Coding(string system, Code code) => new(system, code.Value) { Display = FhirText.OrNull(code.Display) };

    static Code ModalityOf(Scope scope, TagRow row)
    {
        var values = scope.Stated(row).Select(value => Scope.Split(value).FirstOrDefault("").ToUpperInvariant());
        var raw = Scope.MostFrequent(values.Where(value => value.Length > 0));
        if (raw is null) scope.Note(Findings.Missing, row, "no modality: OT");
        else if (CodeTables.Modalities.TryGetValue(raw, out var code)) return code;
        else scope.Note(Findings.Unmapped, row, Scope.Raw(raw));
        return CodeTables.Modalities[OtherModality];
    }

    static IEnumerable<Code> CodedSites(Scope scope)
    {
        foreach (var ((codes, schemes), count) in scope.Instances
            .CountBy(instance => (instance[TagMap.AnatomicRegionCode] ?? "", instance[TagMap.AnatomicRegionScheme] ?? "")).OrderBy(pair => pair.Key))
        {
            foreach (var (code, scheme) in CodedItems.Of(codes, schemes))
            {
                var site = BodySites.OfCode(code, scheme);
                if (site is Mapping.BodySite.Known known)
                    foreach (var one in Enumerable.Repeat(known.Code, count)) yield return one;
                else
                    scope.Note(Findings.Unmapped, TagMap.AnatomicRegionCode, Scope.Raw($"{code} ({scheme})"));
            }
        }
    }

    static IEnumerable<Code> TextSites(Scope scope, TagRow row)
    {
        foreach (var (text, count) in scope.Parts(row).CountBy(text => text, StringComparer.Ordinal).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var site = BodySites.OfText(text);
            if (site is Mapping.BodySite.Known known)
                foreach (var one in Enumerable.Repeat(known.Code, count)) yield return one;
            else if (site is Mapping.BodySite.Placeholder)
                scope.Note(Findings.Placeholder, row, Scope.Raw(text), FindingSeverity.Information);
            else
                scope.Note(Findings.Unmapped, row, Scope.Raw(text));
        }
    }

    static Code? SiteOf(Scope scope, TagRow row, List<Code> codes)
    {
        var distinct = codes.DistinctBy(code => code.Value).ToList();
        if (distinct.Count < 2) return distinct.FirstOrDefault();
        if (BodySites.Combined(distinct.Select(code => code.Value)) is { } combined) return combined;
        scope.Note(Findings.Varies, row, $"{distinct.Count} body sites, the most frequent is sent");
        var value = Scope.MostFrequent(codes.Select(code => code.Value));
        return distinct.First(code => code.Value == value);
    }
}
