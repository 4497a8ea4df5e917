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
        (series, row) => series.Target.Modality = Coding(CodeSystems.Dicom, ModalityOf(series, row)));

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
        "SNOMED CT: (0008,2218) first, of the instance or its frames, then this text by BodySites.tsv and BodySiteSynonyms.tsv, then (setting "
        + "Mapping__TextHints, marked) words of descriptions. Several: the combined term if there is one, else the most frequent.",
        (series, row) =>
        {
            if (Sites.Of(series, row) is { } code) series.Target.BodySite = Coding(CodeSystems.Snomed, code);
        });

    public static Conversion Laterality { get; } = new Conversion.OfSeries(
        "SNOMED CT by Laterality.tsv (CID 244): (0020,9072) of the frames, else (0020,0062), else (0020,0060), else the modifier of (0008,2218), else (setting "
        + "Mapping__TextHints, marked) words of descriptions. Left with right is bilateral; U (unpaired) has no code.",
        (series, row) =>
        {
            if (Sides.Of(series, row) is { } code) series.Target.Laterality = Coding(CodeSystems.Snomed, code);
        });

    public static Conversion ContrastGiven { get; } = new Conversion.OfSeries(
        "contrastBolus true: an agent, an item in (0018,0012), a volume or dose above 0, a start time or an ingredient, or frames that say so. False: a word of "
        + "ContrastWords.tsv that denies, or frames that all say no. Else (setting Mapping__TextHints, marked) words of descriptions. contrastBolusDetails: "
        + "a MedicationAdministration for each agent by ContrastAgents.tsv.",
        (series, _) =>
        {
            var stated = Contrast.Of(series.Scope, series.Tables);
            if ((stated ?? Contrast.OfText(series)) is not { } given) return;
            if (stated is null) series.Study.Derived.Add(Derived.Contrast);
            ModalityParts.Add(series.Target.Extension, Mii.ContrastExtension, "contrastBolus", new FhirBoolean(given));
            foreach (var id in series.Study.Agents.Add(series))
                ModalityParts.Add(series.Target.Extension, Mii.ContrastExtension, "contrastBolusDetails", new ResourceReference("MedicationAdministration/" + id));
        });

    public static Conversion Administration { get; } = new Conversion.OfStudy(
        "One MedicationAdministration a study and distinct agent, status completed; (0018,0010) gives the text where there is no code. Volume and start are sent "
        + "when all series that name the agent agree, else they are unknown (data-absent-reason): nothing is invented.",
        (study, _) =>
        {
            foreach (var administration in study.Study.Agents.Make(study.Target, study.Scope, study.Study)) study.Study.Administrations[administration.Id!] = administration;
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

    static Code ModalityOf(Draft<ImagingStudy.SeriesComponent> series, TagRow row)
    {
        var (scope, modalities) = (series.Scope, series.Tables.Modalities);
        var values = scope.Stated(row).Select(value => Scope.Split(value).FirstOrDefault("").ToUpperInvariant());
        var raw = Scope.MostFrequent(values.Where(value => value.Length > 0));
        if (raw is null) scope.Note(Findings.Missing, row, "no modality: OT");
        else if (modalities.TryGetValue(raw, out var code)) return code;
        else scope.Note(Findings.Unmapped, row, Scope.Raw(raw));
        return modalities[OtherModality];
    }
}
