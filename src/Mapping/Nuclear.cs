using System.Globalization;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>Conversions to the parts of the MII extensions for PT and NM.</summary>
static class Nuclear
{
    const string EnhancedPet = "1.2.840.10008.5.1.4.1.1.130";
    const string Agent = "agent";
    const string Nuclide = "nuclide";

    public static Conversion Radiopharmaceutical { get; } = Technique.For(
        Technique.PtAndNm, "radiopharmaceutical: the code of (0054,0304), else the text of (0018,0031) by Tracers.tsv (CID 4021, 25), always with text.",
        (series, row) => Add(series, row, "radiopharmaceutical", instance => Concepts(series.Tables, instance, TagMap.RadiopharmaceuticalCode, Agent, row)));

    public static Conversion Radionuclide { get; } = Technique.For(
        Technique.PtAndNm, "radionuclide: this code (CID 4020, 18).",
        (series, row) => Add(series, row, "radionuclide", instance => Concepts(series.Tables, instance, TagMap.RadionuclideCode, Nuclide, null)));

    public static Conversion TotalDose { get; } = Technique.For(
        Technique.PtAndNm, "radionuclideTotalDose: Becquerel for PT (Enhanced PET states MBq), Megabecquerel for NM; guarded against the other unit. When no "
            + "instance states it, the activity of a radiopharmaceutical dose report of the study.", (series, row) =>
        {
            var isEnhanced = series.Scope.Instances.Any(instance => instance[TagMap.SopClassUid] == EnhancedPet);
            var value = series.Modality == "NM" ? Measure.Of(series.Scope, [new(row)], Guards.Megabecquerel)
                : isEnhanced ? Measure.Of(series.Scope, [new(row, 1_000_000)], Guards.Positive)
                : Measure.Of(series.Scope, [new(row)], Guards.Becquerel);
            if (!series.Scope.Stated(row).Any() && !series.Scope.IsVaried(row)) value = series.Study.Dose.ActivityOf() * (series.Modality == "NM" ? 1 : 1_000_000);
            if (value is { } dose) ModalityParts.Add(series, "radionuclideTotalDose", (series.Modality == "NM" ? Unit.Megabecquerel : Unit.Becquerel).Of(dose));
        });

    /// <summary>Of times alone the administration was before the acquisition: a difference below 0 went over midnight, once.</summary>
    public static Conversion ExposureTime { get; } = Technique.For(
        Technique.PtAndNm, "tracerExposureTime, Seconds: earliest acquisition minus (0018,1078), else minus this time on the same or the day before.", (series, row) =>
        {
            if (Acquisition.Start(series.Scope) is not { } acquired || Administered(series.Scope, row, acquired) is not { } given) return;
            var seconds = (decimal)(acquired - given).TotalSeconds;
            if (seconds is < 0 or > 86_400)
                series.Scope.Note(Findings.Guard, row, string.Create(CultureInfo.InvariantCulture, $"{seconds} s between administration and acquisition, left out"));
            else
                ModalityParts.Add(series, "tracerExposureTime", Unit.Second.Of(Measure.Trimmed(seconds)));
        });

    public static Conversion Units { get; } = Technique.For(
        Technique.PtAndNm, "units by PetUnits.tsv (CID 84, SUV by (0054,1006)), else (0028,1054), else the unit of (0040,9096); the term as text.", (series, row) =>
        {
            Add(series, row, "units", instance => UnitOf(series, row, instance) is { } unit ? [unit] : []);
        });

    public static Conversion SeriesType { get; } = Technique.For(Technique.Pt, "seriesType: both values by SeriesTypes.tsv in one concept, blanks removed.", (series, row) =>
    {
        if (series.Scope.Agreed(row) is not { } raw) return;
        List<Code> codes = [];
        foreach (var (value, index) in raw.Split('\\').Select((value, index) => (value.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant(), index)))
        {
            if (value.Length == 0) continue;
            if (series.Tables.SeriesTypes.TryGetValue(((index + 1).ToString(CultureInfo.InvariantCulture), value), out var code)) codes.Add(code);
            else series.Scope.Note(Findings.Unmapped, row, Scope.Raw(value));
        }

        if (codes.Count > 0) ModalityParts.Add(series, "seriesType", Technique.Concept(Mii.SeriesTypeCodes, codes));
    });

    /// <summary>Adds the one concept that all instances which state one agree on.</summary>
    static void Add(Draft<ImagingStudy.SeriesComponent> series, TagRow row, string part, Func<InstanceAttributes, IReadOnlyList<CodeableConcept>> concepts)
    {
        var found = CodedConcepts.Distinct(series.Scope.Instances.SelectMany(concepts));
        if (found.Count > 1) series.Scope.Note(Findings.Varies, row, $"{found.Count} values");
        if (found.Count == 1) ModalityParts.Add(series, part, found[0]);
    }

    static List<CodeableConcept> Concepts(CodeTables tables, InstanceAttributes instance, CodeRows rows, string kind, TagRow? text)
    {
        var coded = CodedItems.Of(instance, rows)
            .Select(item => CodedConcepts.Of(tables, item, (system, code) => tables.Tracers.Display(kind, system, code)))
            .OfType<CodeableConcept>().ToList();
        foreach (var concept in coded.Where(concept => concept.Coding.Count == 0)) AddCode(concept, tables, kind);
        if (text is null || coded.Count > 0) return coded;
        var spoken = Scope.Split(instance[text] ?? "").Select(word => new CodeableConcept { Text = word }).ToList();
        foreach (var concept in spoken) AddCode(concept, tables, kind);
        return spoken;
    }

    static void AddCode(CodeableConcept concept, CodeTables tables, string kind)
    {
        if (tables.Tracers.OfText(kind, concept.Text!) is { } coding) concept.Coding.Add(coding);
    }

    static DateTime? Administered(Scope scope, TagRow time, DateTime acquired)
    {
        if (scope.Agreed(TagMap.RadiopharmaceuticalStartDateTime) is { } both && Acquisition.Local(both) is { } given) return given;
        if (scope.Agreed(time) is not { } clock || DicomTime.Time(clock) is not { } start) return null;
        var day = DateOnly.FromDateTime(acquired).ToDateTime(start);
        return day <= acquired ? day : day.AddDays(-1);
    }

    static CodeableConcept? UnitOf(Draft<ImagingStudy.SeriesComponent> series, TagRow row, InstanceAttributes instance)
    {
        var suv = Scope.Split(instance[TagMap.SuvType] ?? "").FirstOrDefault("").ToUpperInvariant();
        foreach (var source in (TagRow[])[row, TagMap.RescaleType])
        {
            if (Scope.Split(instance[source] ?? "").FirstOrDefault()?.ToUpperInvariant() is not { } word || word == Reading.Varied) continue;
            if ((series.Tables.PetUnits.GetValueOrDefault((word, suv)) ?? series.Tables.PetUnits.GetValueOrDefault((word, ""))) is { } code)
                return new CodeableConcept(Unit.Ucum, code.Value, code.Display, word);
            series.Scope.Note(Findings.Unmapped, source, Scope.Raw(word));
        }

        var real = CodedItems.Of(instance, TagMap.RealWorldUnits).FirstOrDefault(item => item.Scheme.Equals("UCUM", StringComparison.OrdinalIgnoreCase));
        return real.Code is { Length: > 0 } ucum && !ucum.Any(char.IsWhiteSpace) ? new CodeableConcept(Unit.Ucum, ucum) : null;
    }
}
