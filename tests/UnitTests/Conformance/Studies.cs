using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Conformance;

/// <summary>Valid studies of any size, with every extension of the module.</summary>
static class Studies
{
    const string Mii = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/";
    const string Sct = "http://snomed.info/sct";
    const string Dcm = "http://dicom.nema.org/resources/ontology/DCM";

    public static ImagingStudy Full(int series, int instances) => new()
    {
        Id = "study",
        Meta = new() { Profile = [Profile("pr-bildgebung-bildgebungsstudie|2026.0.0")] },
        Extension = [Value("bildgebungsgrund", new FhirString("Staging"))],
        Status = ImagingStudy.ImagingStudyStatus.Available,
        Identifier = [new("urn:dicom:uid", "urn:oid:1.2.3")],
        Modality = [new(Dcm, "CT")],
        Subject = new("Patient/p1"),
        Started = "2024-05-06T07:08:09+02:00",
        NumberOfSeries = series,
        NumberOfInstances = series * instances,
        Series = [.. Enumerable.Range(0, series).Select(n => Series(n, instances))],
    };

    static ImagingStudy.SeriesComponent Series(int number, int instances) => new()
    {
        Uid = $"1.2.3.{number}",
        Number = number,
        Modality = new(Dcm, "CT"),
        BodySite = new(Sct, "51185008"),
        Laterality = new(Sct, "24028007"),
        Performer = [new() { Actor = new("Device/d1") }],
        Extension = [.. Extensions()],
        Instance = [.. Enumerable.Range(0, instances).Select(n => Instance(number, n))],
    };

    static IEnumerable<Extension> Extensions()
    {
        yield return Parts("modalitaet-ct", ("CTDIvol", Quantity("milligray", "mGy")), ("KVP", Quantity("kilovolt", "kV")), ("exposureTime", Quantity("milliseconds", "ms")),
            ("exposure", Quantity("milliampere second", "mA.s")), ("xRayTubeCurrent", Quantity("milliampere", "mA")), ("convolutionalKernel", new FhirString("B30f")));
        yield return Parts("modalitaet-mr", ("magneticFieldStrength", Quantity("tesla", "T")), ("flipAngle", Quantity("plane angle degree", "deg")));
        yield return Parts("modalitaet-us", ("transducerFrequency", Quantity("kilohertz", "kHz")), ("ultrasoundColor", new FhirBoolean(true)));
        yield return Parts("modalitaet-pt", ("radionuclideTotalDose", Quantity("Becquerel", "Bq")), ("radionuclideHalfLife", Quantity("Seconds", "s")));
        yield return Parts("modalitaet-nm", ("radionuclideTotalDose", Quantity("Megabecquerel", "MBq")));
        yield return Parts("modalitaet-mg-cr-dx", ("KVP", Quantity("kilovolt", "kV")));
        yield return Parts("kontrastmittel", ("contrastBolus", new FhirBoolean(true)), ("contrastBolusDetails", new ResourceReference("MedicationAdministration/m1")));
        yield return Value("serie-schichtdicke", Quantity("millimeter", "mm"));
    }

    static ImagingStudy.InstanceComponent Instance(int series, int number) => new()
    {
        Uid = $"1.2.3.{series}.{number}",
        Number = number,
        SopClass = new("urn:ietf:rfc:3986", "urn:oid:1.2.840.10008.5.1.4.1.1.2"),
        Extension =
        [
            Parts("instanz-details", ("pixelSpacingX", Quantity("millimeter", "mm")), ("pixelSpacingY", Quantity("millimeter", "mm")), ("sliceThickness", Quantity("millimeter", "mm")),
                ("imageType", new CodeableConcept { Coding = [new(Mii + "CodeSystem/mii-cs-bildgebung-instance-image-type", "ORIGINAL")] }), ("burnedInAnnotation", new FhirBoolean(false))),
        ],
    };

    public static Quantity Quantity(string unit, string code) => new() { Value = 1.5m, Unit = unit, System = "http://unitsofmeasure.org", Code = code };

    public static Extension Value(string name, DataType value) => new(Profile("ex-bildgebung-" + name), value);

    public static Extension Parts(string name, params (string Url, DataType Value)[] parts) =>
        new() { Url = Profile("ex-bildgebung-" + name), Extension = [.. parts.Select(p => new Extension(p.Url, p.Value))] };

    public static string Profile(string name) => $"{Mii}StructureDefinition/mii-{name}";
}
