using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>Conversions to the parts of the MII extensions for CT, projection radiography, MR and US that are numbers or words.</summary>
static class Technique
{
    const string Constant = "Only when all instances (and frames) that state it agree.";

    public static readonly string[] Ct = ["CT"];
    public static readonly string[] Xray = ["MG", "CR", "DX"];
    public static readonly string[] CtAndXray = [.. Ct, .. Xray];
    public static readonly string[] Mr = ["MR"];
    public static readonly string[] Us = ["US"];
    public static readonly string[] Pt = ["PT"];
    public static readonly string[] Nm = ["NM"];
    public static readonly string[] PtAndNm = [.. Pt, .. Nm];

    /// <summary>A conversion that runs for series of these modalities.</summary>
    public static Conversion For(string[] modalities, string text, Action<Draft<ImagingStudy.SeriesComponent>, TagRow> apply) =>
        new Conversion.OfSeries($"{string.Join(", ", modalities)}: {text}", (series, row) =>
        {
            if (modalities.Contains(series.Modality)) apply(series, row);
        });

    /// <param name="others">What else states the same measure, in order.</param>
    public static Conversion Number(
        string[] modalities, string part, Unit unit, Func<decimal, Guarded> guard, string text = "", Func<Source[]>? others = null, bool isFirst = false) =>
        For(modalities, $"{part}, {unit.Word}. {text}{(text.Length > 0 ? " " : "")}{Constant}", (series, row) =>
        {
            Source[] sources = [new(row, 1, isFirst), .. others?.Invoke() ?? []];
            if (Measure.Of(series.Scope, sources, guard) is { } value) ModalityParts.Add(series, part, unit.Of(value));
        });

    public static Conversion Kernel { get; } = For(Ct, "convolutionalKernel, the values joined by a backslash. " + Constant, (series, row) =>
    {
        if (series.Scope.Agreed(row) is { } kernel) ModalityParts.Add(series, "convolutionalKernel", new FhirString(kernel));
    });

    public static Conversion Ctdi { get; } = For(
        Ct, "CTDIvol, milligray; when no instance states it, that of the dose report: by irradiation event UID, else by the event's time. " + Constant,
        (series, row) => AddOrReported(series, row, "CTDIvol", Unit.Milligray, Guards.NotNegative, () => series.Study.Dose.CtdiOf(series.Scope)));

    public static Conversion Kvp { get; } = For(
        CtAndXray, "KVP, kilovolt; when no instance of a CT series states it, that of the dose report as for CTDIvol. " + Constant,
        (series, row) => AddOrReported(series, row, "KVP", Unit.Kilovolt, Guards.Positive, () => series.Modality == "CT" ? series.Study.Dose.KvpOf(series.Scope) : null));

    public static Conversion View { get; } = For(
        Xray, "viewPosition: the code of (0054,0220), else this term by ViewPositions.tsv (CID 4014 for MG, CID 4010 for CR and DX). " + Constant, (series, row) =>
        {
            if (Views.Of(series, row) is { } view) ModalityParts.Add(series, "viewPosition", view);
        });

    public static Conversion ScanningSequence { get; } = MrCodes(
        "scanningSequence", Mii.ScanningSequenceCodes, () => [TagMap.EchoPulseSequence, TagMap.EchoPlanarPulseSequence, TagMap.InversionRecovery]);

    public static Conversion SequenceVariant { get; } = MrCodes(
        "scanningSequenceVariant", Mii.SequenceVariantCodes,
        () => [TagMap.SegmentedKSpaceTraversal, TagMap.MagnetizationTransfer, TagMap.SteadyStatePulseSequence, TagMap.Spoiling, TagMap.OversamplingPhase]);

    public static Conversion Transducer { get; } = For(Us, "transducerType by TransducerTypes.tsv. " + Constant, (series, row) =>
    {
        if (series.Scope.Agreed(row) is not { } raw) return;
        if (series.Tables.Transducers.TryGetValue(raw.ToUpperInvariant().Replace('_', ' '), out var code))
            ModalityParts.Add(series, "transducerType", Concept(Mii.TransducerTypeCodes, [code]));
        else
            series.Scope.Note(Findings.Unmapped, row, Scope.Raw(raw));
    });

    public static Conversion Color { get; } = For(Us, "ultrasoundColor: 1 is true, 0 false. " + Constant, (series, row) =>
    {
        if (series.Scope.Agreed(row) is { } raw and ("0" or "1")) ModalityParts.Add(series, "ultrasoundColor", new FhirBoolean(raw == "1"));
    });

    /// <summary>Stated by the series, else by the dose report: what a header says, if only that its values disagree, is not overruled.</summary>
    static void AddOrReported(
        Draft<ImagingStudy.SeriesComponent> series, TagRow row, string part, Unit unit, Func<decimal, Guarded> guard, Func<decimal?> reported)
    {
        var value = Measure.Of(series.Scope, [new(row)], guard);
        if (value is null && !series.Scope.Stated(row).Any() && !series.Scope.IsVaried(row)) value = reported();
        if (value is { } number) ModalityParts.Add(series, part, unit.Of(number));
    }

    public static CodeableConcept Concept(string system, IEnumerable<Code> codes) =>
        new() { Coding = [.. codes.Select(code => new Coding(system, code.Value) { Display = FhirText.OrNull(code.Display) })] };

    static Conversion MrCodes(string part, string system, Func<TagRow[]> pulses) => For(
        Mr, $"{part}, one for each code by MrTerms.tsv; Enhanced MR: derived from the pulse sequence attributes. {Constant}", (series, row) =>
        {
            TagRow[] rows = [row, .. pulses()];
            var sets = series.Scope.Instances.Select(instance => string.Join('\n', rows.Select(one => instance[one] ?? ""))).Distinct()
                .Select(texts => CodesOf(series, rows, texts.Split('\n'))).Where(codes => codes.Count > 0)
                .DistinctBy(codes => string.Join(' ', codes.Select(code => code.Value))).ToList();
            if (sets.Count > 1) series.Scope.Note(Findings.Varies, row, $"{sets.Count} values");
            if (sets.Count != 1) return;
            foreach (var code in sets[0]) ModalityParts.Add(series, part, Concept(system, [code]));
        });

    static List<Code> CodesOf(Draft<ImagingStudy.SeriesComponent> series, TagRow[] rows, string[] texts)
    {
        var stated = Scope.Split(texts[0]).Select(text => text.ToUpperInvariant()).Distinct().ToList();
        foreach (var unknown in stated.Where(text => !series.Tables.MrTerms.ContainsKey((rows[0].Keyword, text))))
            series.Scope.Note(Findings.Unmapped, rows[0], Scope.Raw(unknown));
        var pairs = stated.Count > 0 ? stated.Select(text => (rows[0].Keyword, text))
            : rows.Zip(texts).Skip(1).SelectMany(pair => Scope.Split(pair.Second).Select(text => (pair.First.Keyword, text.ToUpperInvariant())));
        return [.. pairs.SelectMany(pair => series.Tables.MrTerms.GetValueOrDefault(pair) ?? []).DistinctBy(code => code.Value)
            .OrderBy(code => code.Value, StringComparer.Ordinal)];
    }
}
