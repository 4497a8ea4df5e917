using Dicom2Fhir.Conformance;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Conformance;

public class RulesTests
{
    public static TheoryData<string, Action<ImagingStudy>, string?, string> Cases => new()
    {
        { "as it is", _ => { }, null, "" },
        { "subject is a group", s => s.Subject = new("Group/1"), "ImagingStudy.subject", "reference-target" },
        { "subject by identifier only", s => s.Subject = new() { Identifier = new("urn:x", "1") }, null, "" },
        { "subject elsewhere, with history", s => s.Subject = new("https://fhir.example/r4/Patient/1/_history/2"), null, "" },
        { "type and URL disagree", s => s.Subject = new("Patient/1") { Type = "Device" }, "ImagingStudy.subject", "reference-target" },
        { "performer is a practitioner", s => s.Series[0].Performer[0].Actor = new("Practitioner/1"), "ImagingStudy.series[0].performer[0].actor", "reference-target" },
        { "contained target is missing", s => s.Subject = new("#p"), "ImagingStudy.subject", "ref-1" },
        { "contained is not referenced", s => s.Contained = [new Patient { Id = "p" }], "ImagingStudy.contained[0]", "dom-3" },
        { "contained is referenced", s => { s.Contained = [new Patient { Id = "p" }]; s.Subject = new("#p"); }, null, "" },
        { "contained has a version", s => { s.Contained = [new Patient { Id = "p", Meta = new() { VersionId = "1" } }]; s.Subject = new("#p"); }, "ImagingStudy.contained[0]", "dom-4" },
        { "contained has security", s => { s.Contained = [new Patient { Id = "p", Meta = new() { Security = [new("a", "b")] } }]; s.Subject = new("#p"); }, "ImagingStudy.contained[0]", "dom-5" },
        { "wrong unit text", s => Part(s, 0).Unit = "mGy", "ImagingStudy.series[0].extension[0].extension[0].value.unit", "pattern" },
        { "wrong unit code", s => Part(s, 0).Code = "Gy", "ImagingStudy.series[0].extension[0].extension[0].value.code", "pattern" },
        { "unit alone", s => { Part(s, 0).Code = null; Part(s, 0).System = null; }, null, "" },
        { "code without system", s => Part(s, 0).System = null, "ImagingStudy.series[0].extension[0].extension[0].value", "qty-3" },
        { "comparator", s => Part(s, 0).Comparator = Quantity.QuantityComparator.LessThan, "ImagingStudy.series[0].extension[0].extension[0].value", "sqty-1" },
        { "part twice", s => s.Series[0].Extension[0].Extension.Add(new("KVP", Studies.Quantity("kilovolt", "kV"))), "ImagingStudy.series[0].extension[0].extension", "cardinality" },
        { "part of another type", s => s.Series[0].Extension[0].Extension[0].Value = new FhirString("3"), "ImagingStudy.series[0].extension[0].extension[0].value", "type" },
        { "extension on the wrong level", s => s.Extension.Add(Studies.Value("serie-schichtdicke", Studies.Quantity("millimeter", "mm"))), "ImagingStudy.extension[1]", "extension-context" },
        { "R4 extension of patients", s => s.Extension.Add(new("http://hl7.org/fhir/StructureDefinition/patient-birthTime", new FhirDateTime("2024"))), "ImagingStudy.extension[1]", "extension-context" },
        { "unknown extension", s => s.Extension.Add(new("https://example.org/x", new FhirString("x"))), null, "" },
        { "unknown modifier", s => s.ModifierExtension = [new("https://example.org/x", new FhirString("x"))], "ImagingStudy.modifierExtension[0]", "modifier-extension" },
        { "value and extensions", s => s.Extension[0].Extension = [new("https://example.org/x", new FhirString("x"))], "ImagingStudy.extension[0]", "ext-1" },
        { "modality outside CID 33", s => s.Modality[0].Code = "XYZ", "ImagingStudy.modality[0]", "binding:required" },
        { "modality of another system", s => s.Modality[0].System = "urn:x", "ImagingStudy.modality[0]", "binding:required" },
        { "body site not in the partial table", s => s.Series[0].BodySite!.Code = "1", null, "" },
        { "body site of another system", s => s.Series[0].BodySite!.System = "urn:x", "ImagingStudy.series[0].bodySite", "binding:required" },
        { "unknown SOP class", s => s.Series[0].Instance[0].SopClass!.Code = "urn:oid:1.2.3", null, "" },
        { "period reversed", s => s.Identifier[0].Period = new() { Start = "2024-02", End = "2024-01-31" }, "ImagingStudy.identifier[0].period", "per-1" },
        { "period of one month", s => s.Identifier[0].Period = new() { Start = "2024-02-03", End = "2024-02" }, null, "" },
        { "time without seconds", s => s.StartedElement = new("2024-05-06T07:08+02:00"), "ImagingStudy.started", "primitive" },
        { "control character", s => s.Description = "a\u0001b", "ImagingStudy.description", "primitive" },
        { "only an id", s => s.Encounter = new() { ElementId = "e" }, "ImagingStudy.encounter", "ele-1" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_change_gives_one_error_where_it_is(string change, Action<ImagingStudy> apply, string? expression, string rule)
    {
        var study = Studies.Full(1, 1);
        apply(study);
        var errors = ConformanceEngine.Shipped.Validate(study).Issues.Where(i => i.Severity == Severity.Error).Select(i => (i.Expression, i.Rule)).Distinct().ToArray();
        if (expression is null) Assert.Empty(errors);
        else Assert.True(errors.Contains((expression, rule)), $"{change}: {string.Join(' ', errors)}");
    }

    static Quantity Part(ImagingStudy study, int part) => (Quantity)study.Series[0].Extension[0].Extension[part].Value!;
}
