using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>
/// Observations of a study: dose, weight, height. They claim the base type, not the module's profile for findings of a radiologist, whose partOf may
/// not lead to the study.
/// </summary>
static class Measurements
{
    const string BaseProfile = "http://hl7.org/fhir/StructureDefinition/Observation";

    static readonly (string Code, string Display)[] DoseTotals =
        [("113813", "CT Dose Length Product Total"), ("113722", "Dose Area Product Total"), ("113725", "Dose (RP) Total")];

    public static Conversion Weight { get; } = new Conversion.OfStudy(
        "Observation LOINC 29463-7 in kg; linked by mii-ex-bildgebung-gewicht when the target is the 2027 ballot. Only when all instances that state it agree.",
        (study, row) => Add(study, Measure.Of(study.Scope, [new(row)], Guards.Kilogram), ("29463-7", "Body weight"), "kg", Mii.WeightExtension));

    public static Conversion Height { get; } = new Conversion.OfStudy(
        "Observation LOINC 8302-2 in cm; linked by mii-ex-bildgebung-groesse when the target is the 2027 ballot. Only when all instances that state it agree.",
        (study, row) => Add(study, Measure.Of(study.Scope, [new(row)], Guards.HeightInCentimetres), ("8302-2", "Body height"), "cm", Mii.HeightExtension));

    public static Conversion Dose { get; } = new Conversion.OfStudy(
        "Observations DCM 113813 (mGy.cm), 113722 (Gy.m2), 113725 (Gy) with the study's totals, and 113838 (mGy.cm) for each irradiation event; partOf the "
        + "ImagingStudy. Units by DoseUnits.tsv. A report that goes on with another replaces it, reports of different events are added up.",
        (study, _) =>
        {
            var dose = study.Study.Dose;
            foreach (var (code, display) in DoseTotals)
                if (dose.Total(code) is { } total) AddDose(study, study.Study.StudyUid, (code, display), total, dose.UnitOf(code));
            foreach (var (uid, dlp) in dose.EventDlps()) AddDose(study, uid, ("113838", "DLP"), dlp, "mGy.cm");
        });

    static void Add(Draft<ImagingStudy> study, decimal? value, (string Code, string Display) code, string unit, string link)
    {
        if (value is not { } number) return;
        var observation = New(study, study.Study.StudyUid, new Coding(CodeSystems.Loinc, code.Code, code.Display), "vital-signs", number, unit);
        study.Study.Observations[observation.Id!] = observation;
        if (study.Study.Options.Target == Mii.Ballot) study.Target.Extension.Add(new Extension(link, new ResourceReference("Observation/" + observation.Id)));
    }

    static void AddDose(Draft<ImagingStudy> study, string uid, (string Code, string Display) code, decimal value, string unit)
    {
        var observation = New(study, uid, new Coding(CodeSystems.Dicom, code.Code, code.Display), "imaging", value, unit);
        observation.PartOf.Add(new ResourceReference("ImagingStudy/" + study.Target.Id));
        study.Study.Observations[observation.Id!] = observation;
    }

    static Observation New(Draft<ImagingStudy> study, string uid, Coding code, string category, decimal value, string unit) => new()
    {
        Id = study.Study.Options.MakeId($"observation|{uid}|{code.Code}"),
        Meta = new Meta { Profile = [BaseProfile], Source = study.Study.Options.Source },
        Status = ObservationStatus.Final,
        Category = [new CodeableConcept(CodeSystems.ObservationCategory, category)],
        Code = new CodeableConcept { Coding = [code] },
        Subject = (ResourceReference)study.Target.Subject.DeepCopy(),
        Effective = study.Target.StartedElement is { } started ? new FhirDateTime(started.Value) : null,
        Value = new Quantity { Value = value, Unit = unit, System = Unit.Ucum, Code = unit },
    };
}
