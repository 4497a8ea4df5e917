using System.Globalization;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>
/// Random resources of every type over a vocabulary small enough for every query to hit some: values missing, dates of all precisions, midnights and clock
/// changes, units without code, references of every spelling.
/// </summary>
sealed class RandomResources(Random random)
{
    public const string Base = "http://server.example/fhir/";
    const string Module = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-ex-bildgebung-";
    const string Ucum = "http://unitsofmeasure.org";

    /// <summary>Resources of each type.</summary>
    public static readonly IReadOnlyDictionary<string, int> Counts = new Dictionary<string, int>
    {
        ["ImagingStudy"] = 160, ["Device"] = 12, ["MedicationAdministration"] = 60, ["Procedure"] = 40, ["ServiceRequest"] = 40, ["DiagnosticReport"] = 40, ["Observation"] = 80,
        ["BodyStructure"] = 20, ["CarePlan"] = 20, ["Composition"] = 20, ["Medication"] = 10, ["Patient"] = 12,
    };

    public static readonly string[] Words = ["CT Thorax", "CT  thorax nativ", "Schädel 100%", "MR_Kopf", "thorax", "Straße", "SCHADEL", "MRxKopf", "100"];

    public static readonly string[] Dates =
    [
        "2023", "2024", "2023-12", "2024-03", "2023-12-31", "2024-01-01", "2024-03-31", "2024-10-27",
        "2023-12-31T23:30:00+01:00", "2023-12-31T23:30:00Z", "2024-01-01T00:00:00+01:00", "2024-03-31T01:59:59+01:00", "2024-03-31T03:00:00+02:00",
        "2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00+01:00", "2024-06-15T12:00:00.123+02:00", "2024-06-15T12:00:00+02:00", "2024-06-15T00:00:00+02:00", "2024-06-14T22:00:00Z",
    ];

    // Chest, lung, both codes of the abdomen, chest with abdomen, head, no SNOMED code.
    static readonly string[] Sites = ["43799004", "39607008", "818981001", "113345001", "416550000", "69536005"];
    static readonly string[] Systems = ["http://snomed.info/sct", "http://x"];
    static readonly string[] Codes = ["CT", "MR", "V08AB02", "7771000", "24028007", "a|b", "c,d"];
    static readonly decimal[] Numbers = [1m, 1.5m, 1.25m, 120m, 119.6m, 120.4m, 0.00054m, 100m, -3m];

    public Resource Next(string type, string id)
    {
        Resource resource = type switch
        {
            "ImagingStudy" => Study(),
            "Device" => Device(),
            "MedicationAdministration" => Given(),
            "Procedure" => new Procedure { Identifier = Some(Identifier), BasedOn = Some(() => Ref("ServiceRequest", "CarePlan")), Status = Pick(EventStatus.Completed, EventStatus.Unknown), Category = Maybe(Concept), Code = Maybe(Concept), Subject = Subject(), Performed = Moment(), Report = Some(() => Ref("DiagnosticReport", "Composition")) },
            "ServiceRequest" => Request(),
            "DiagnosticReport" => Report(),
            "Observation" => Observation(),
            "BodyStructure" => new BodyStructure { Identifier = Some(Identifier), Morphology = Maybe(Concept), Location = Maybe(Site), LocationQualifier = Some(Concept), Patient = Ref("Patient") },
            "CarePlan" => new CarePlan { Identifier = Some(Identifier), Status = Pick(RequestStatus.Active, RequestStatus.Draft), Intent = Pick(CarePlan.CarePlanIntent.Plan, CarePlan.CarePlanIntent.Order), Description = MaybeText(), Subject = Subject(), SupportingInfo = Some(() => Ref("Observation", "ImagingStudy")) },
            "Composition" => Composition(),
            "Medication" => new Medication { Identifier = Some(Identifier), Code = Maybe(Concept), Status = Pick(Medication.MedicationStatusCodes.Active, Medication.MedicationStatusCodes.Inactive) },
            _ => new Patient { Identifier = Some(Identifier), Gender = Pick<AdministrativeGender?>(AdministrativeGender.Female, AdministrativeGender.Male, null), BirthDate = Pick("1950", "1970-05", "1970-05-04", null) },
        };
        resource.Id = id;
        resource.Meta = new Meta
        {
            Profile = random.Next(4) == 0 ? [] : [Pick("http://x/p|2026.0.0", "http://x/p|2025.0.2", "http://x/p", "http://x/p/sub|2026.0.0")],
            Source = random.Next(2) == 0 ? null : Pick("urn:a", "http://source/b"),
            Tag = Some(Coding),
            Security = Some(Coding),
        };
        return resource;
    }

    ImagingStudy Study() => new()
    {
        Identifier = Some(Identifier), Status = Pick(ImagingStudy.ImagingStudyStatus.Available, ImagingStudy.ImagingStudyStatus.Registered), Modality = Some(Coding), Subject = Subject(),
        Encounter = Maybe(() => Ref("Encounter")), Started = MaybeDate(), BasedOn = Some(() => Ref("ServiceRequest", "CarePlan")), Referrer = Maybe(() => Ref("Practitioner")),
        Interpreter = Some(() => Ref("Practitioner", "PractitionerRole")), Endpoint = Some(() => Ref("Endpoint")), NumberOfSeries = Pick<int?>(1, 3, null), NumberOfInstances = Pick<int?>(1, 100, 120, null),
        ProcedureReference = Maybe(() => Ref("Procedure")), ReasonCode = Some(Concept), ReasonReference = Some(() => Ref("Observation", "Condition", "DiagnosticReport")), Description = MaybeText(),
        Extension = random.Next(3) == 0 ? [new Extension(Module + "bildgebungsgrund", new FhirString(Pick(Words)))] : [], Series = Some(Series),
    };

    ImagingStudy.SeriesComponent Series() => new()
    {
        Uid = Uid(), Number = Pick<int?>(1, 2, null), Modality = Coding(), Description = MaybeText(), NumberOfInstances = Pick<int?>(1, 50, null), Endpoint = Some(() => Ref("Endpoint")),
        BodySite = random.Next(4) == 0 ? null : Pick(new Coding(Systems[0], Pick(Sites), Pick(Words)), new Coding("http://x", Sites[0])), Laterality = Maybe(Coding), Started = MaybeDate(),
        Performer = Some(() => new ImagingStudy.PerformerComponent { Actor = Ref("Device", "Practitioner") }), Instance = Some(Instance),
        Extension =
        [
            .. Group("modalitaet-ct", ("CTDIvol", Quantity), ("KVP", Quantity), ("exposureTime", Quantity), ("exposure", Quantity), ("xRayTubeCurrent", Quantity), ("convolutionalKernel", () => new FhirString(Pick(Words)))),
            .. Group("modalitaet-mg-cr-dx", ("KVP", Quantity), ("exposureTime", Quantity), ("exposure", Quantity), ("xRayTubeCurrent", Quantity), ("viewPosition", Concept)),
            .. Group("modalitaet-mr", ("magneticFieldStrength", Quantity), ("scanningSequence", Concept), ("scanningSequenceVariant", Concept), ("echoTime", Quantity), ("repetitionTime", Quantity), ("inversionTime", Quantity), ("flipAngle", Quantity)),
            .. Group("modalitaet-pt", ("radiopharmaceutical", Concept), ("radionuclide", Concept), ("tracerExposureTime", Quantity), ("units", Concept), ("radionuclideTotalDose", Quantity), ("radionuclideHalfLife", Quantity), ("seriesType", Concept)),
            .. Group("modalitaet-nm", ("radiopharmaceutical", Concept), ("radionuclide", Concept), ("units", Concept), ("radionuclideTotalDose", Quantity)),
            .. Group("modalitaet-us", ("transducerType", Concept), ("transducerFrequency", Quantity), ("pulseRepetitionFrequency", Quantity), ("ultrasoundColor", Flag)),
            .. Group("kontrastmittel", ("contrastBolus", Flag), ("contrastBolusDetails", () => Ref("MedicationAdministration"))),
            .. random.Next(3) == 0 ? [new Extension(Module + "serie-schichtdicke", Quantity())] : Array.Empty<Extension>(),
        ],
    };

    ImagingStudy.InstanceComponent Instance() => new()
    {
        Uid = Uid(), SopClass = new Coding("urn:ietf:rfc:3986", Pick("urn:oid:1.2.840.10008.5.1.4.1.1.2", "urn:oid:1.2.840.10008.5.1.4.1.1.4")), Number = Pick<int?>(1, 2, 3, 4, 7, 120, null),
        Extension = [.. Group("instanz-details", ("pixelSpacingX", Quantity), ("pixelSpacingY", Quantity), ("sliceThickness", Quantity), ("imageType", Concept), ("burnedInAnnotation", Flag))],
    };

    Device Device() => new()
    {
        Identifier = Some(Identifier), Manufacturer = MaybeText(), ModelNumber = MaybeText(), Type = Maybe(Concept), Status = Pick<Device.FHIRDeviceStatus?>(Hl7.Fhir.Model.Device.FHIRDeviceStatus.Active, null),
        DeviceName = Some(() => new Device.DeviceNameComponent { Name = Pick(Words), Type = DeviceNameType.ModelName }),
    };

    MedicationAdministration Given() => new()
    {
        Identifier = Some(Identifier), Status = Pick(MedicationAdministration.MedicationAdministrationStatusCodes.Completed, MedicationAdministration.MedicationAdministrationStatusCodes.Unknown),
        Medication = random.Next(2) == 0 ? Concept() : Ref("Medication"), Subject = Subject(), Effective = Moment()!, Dosage = random.Next(3) == 0 ? null : new MedicationAdministration.DosageComponent { Dose = Quantity() },
    };

    ServiceRequest Request() => new()
    {
        Identifier = Some(Identifier), Status = Pick(RequestStatus.Active, RequestStatus.Completed), Intent = Pick(RequestIntent.Order, RequestIntent.Plan), Category = Some(Concept), Code = Maybe(Concept), Subject = Subject(),
        Encounter = Maybe(() => Ref("Encounter")), AuthoredOn = MaybeDate(), Requester = Maybe(() => Ref("Practitioner", "Patient")), ReasonCode = Some(Concept),
        ReasonReference = Some(() => Ref("Observation", "Condition")), SupportingInfo = Some(() => Ref("Observation", "ImagingStudy", "Patient")),
    };

    DiagnosticReport Report() => new()
    {
        Identifier = Some(Identifier), BasedOn = Some(() => Ref("ServiceRequest")), Status = Pick(DiagnosticReport.DiagnosticReportStatus.Final, DiagnosticReport.DiagnosticReportStatus.Partial), Category = Some(Concept), Code = Concept(),
        Subject = Subject(), Encounter = Maybe(() => Ref("Encounter")), Effective = Moment(), Issued = random.Next(2) == 0 ? null : DateTimeOffset.Parse("2024-06-15T12:00:00+02:00", CultureInfo.InvariantCulture),
        Result = Some(() => Ref("Observation")), ImagingStudy = Some(() => Ref("ImagingStudy")), Conclusion = MaybeText(), ConclusionCode = Some(Concept),
        Extension = random.Next(2) == 0 ? [] : [new Extension("http://hl7.org/fhir/StructureDefinition/workflow-supportingInfo", Ref("DiagnosticReport", "Procedure"))],
    };

    Observation Observation() => new()
    {
        Identifier = Some(Identifier), PartOf = Some(() => Ref("ImagingStudy", "Procedure")), Status = Pick(ObservationStatus.Final, ObservationStatus.Amended), Category = Some(Concept), Code = Concept(), Subject = Subject(),
        Effective = Moment(), Issued = random.Next(2) == 0 ? null : DateTimeOffset.Parse("2024-01-01T00:00:00+01:00", CultureInfo.InvariantCulture), Value = Value(), BodySite = BodySite(), Method = Maybe(Concept),
        HasMember = Some(() => Ref("Observation")), DerivedFrom = Some(() => Ref("ImagingStudy", "Observation")), Component = Some(() => new Observation.ComponentComponent { Code = Concept(), Value = Value() }),
        Extension = [.. random.Next(2) == 0 ? [] : new[] { new Extension(Module + "series-uid", new Id(Uid())) }, .. random.Next(2) == 0 ? [] : new[] { new Extension(Module + "sop-instanz-uid", new Id(Uid())) }],
    };

    CodeableConcept? BodySite()
    {
        if (random.Next(3) == 0) return null;
        var site = Site();
        if (random.Next(2) == 0) site.Extension.Add(new Extension("http://hl7.org/fhir/StructureDefinition/bodySite", Ref("BodyStructure")));
        return site;
    }

    Composition Composition() => new()
    {
        Identifier = Maybe(Identifier), Status = Pick(CompositionStatus.Final, CompositionStatus.Preliminary), Type = Concept(), Subject = Maybe(Subject), Date = MaybeDate(), Author = Some(() => Ref("Practitioner", "Patient", "Device")), Title = MaybeText(),
        Section = Some(() => new Composition.SectionComponent { Title = MaybeText(), Code = Maybe(Concept), Author = Some(() => Ref("Practitioner")), Entry = Some(() => Ref("Observation", "ImagingStudy")) }),
    };

    DataType? Value() => random.Next(7) switch
    {
        0 => Concept(),
        1 => Quantity(),
        2 => new FhirString(Pick(Words)),
        3 => new FhirDateTime(Pick(Dates)),
        4 => Span(),
        5 => new FhirBoolean(true),
        _ => null,
    };

    DataType? Moment() => random.Next(3) switch { 0 => null, 1 => new FhirDateTime(Pick(Dates)), _ => Span() };

    Period Span()
    {
        var ends = new[] { Pick(Dates), Pick(Dates) }.Order(StringComparer.Ordinal).ToArray();
        return random.Next(4) switch
        {
            0 => new Period { Start = ends[0] },
            1 => new Period { End = ends[1] },
            2 => new Period { Start = "2024-06-15T12:00:00+02:00", End = "2024-06-15T12:30:00+02:00" },
            _ => new Period { Start = ends[0], End = ends[1] },
        };
    }

    IEnumerable<Extension> Group(string name, params (string Name, Func<DataType> Value)[] parts)
    {
        if (random.Next(3) > 0) return [];
        var given = parts.Where(_ => random.Next(2) == 0).Select(part => new Extension(part.Name, part.Value())).ToList();
        return given.Count == 0 ? [] : [new Extension { Url = Module + name, Extension = given }];
    }

    Coding Coding() => new(Pick(Systems[0], Systems[1], Systems[1], null), Pick(Codes), Pick([null, .. Words]));

    CodeableConcept Concept() => new() { Coding = random.Next(6) == 0 ? [] : Some(Coding), Text = Pick([null, null, .. Words]) is { } text ? text : "Text" };

    CodeableConcept Site() => new() { Coding = [new Coding(Systems[0], Pick(Sites), Pick(Words))] };

    Identifier Identifier() => new(Pick("http://id", "urn:dicom:uid", null), Pick("A1", "A2", "urn:oid:1.2.3"))
    {
        Type = random.Next(2) == 0 ? null : new CodeableConcept { Coding = [new Coding(Pick("http://t", "http://u"), Pick("ACSN", "MR"))], Text = Pick([null, .. Words]) },
    };

    ResourceReference Subject() => Ref("Patient", "Patient", "Patient", "Group");

    ResourceReference Ref(params string[] types)
    {
        var type = Pick(types);
        var target = $"{type}/{IdOf(type, random.Next(Counts.GetValueOrDefault(type, 5)))}";
        return random.Next(12) switch
        {
            0 => new ResourceReference { Type = type, Identifier = Identifier() },
            1 => new ResourceReference($"http://elsewhere.example/{target}"),
            2 => new ResourceReference(target + "/_history/1"),
            3 or 4 => new ResourceReference(Base + target) { Identifier = random.Next(2) == 0 ? Identifier() : null },
            _ => new ResourceReference(target),
        };
    }

    public static string IdOf(string type, int number) => char.ToLowerInvariant(type[0]) + type[^2..] + number.ToString(CultureInfo.InvariantCulture);

    Quantity Quantity() => Pick<Func<decimal, Quantity>>(
        value => new Quantity(value, "mGy", Ucum) { Unit = "milligray" }, value => new Quantity { Value = value, Unit = "milligray" }, value => new Quantity { Value = value },
        value => new Quantity(value, "kV", Ucum) { Unit = "kV" })(Pick(Numbers));

    FhirBoolean Flag() => new(random.Next(2) == 0);

    string Uid() => "1.2." + random.Next(12).ToString(CultureInfo.InvariantCulture);

    string? MaybeDate() => random.Next(4) == 0 ? null : Pick(Dates);

    string? MaybeText() => random.Next(3) == 0 ? null : Pick(Words);

    T? Maybe<T>(Func<T> make)
        where T : class => random.Next(3) == 0 ? null : make();

    List<T> Some<T>(Func<T> make) => [.. Enumerable.Range(0, random.Next(3)).Select(_ => make())];

    public T Pick<T>(params T[] values) => values[random.Next(values.Length)];
}
