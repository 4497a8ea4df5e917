using System.Text.Json.Nodes;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Indexer.Import;

namespace Dicom2Fhir.UnitTests.Conformance;

/// <summary>Rules that stand in the text of R4 and in no definition: one change of a small study, and where the error has to be.</summary>
public class TextRulesTests
{
    const string Study = """{"resourceType":"ImagingStudy","id":"s","status":"available","subject":{"reference":"Patient/1"},"description":"CT"}""";
    const string Div = """<div xmlns=\"http://www.w3.org/1999/xhtml\">""";
    const string Dar = """{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}""";

    public static TheoryData<string, string, string, string?> Cases => new()
    {
        { "a property twice", "\"id\":\"s\"", "\"id\":\"s\",\"id\":\"s\"", "ImagingStudy" },
        { "resourceType twice", "\"id\":\"s\"", "\"id\":\"s\",\"resourceType\":\"ImagingStudy\"", "ImagingStudy" },
        { "resourceType inside", "\"reference\":", "\"resourceType\":\"Patient\",\"reference\":", "ImagingStudy.subject" },
        { "text behind the end", "\"CT\"}", "\"CT\"} {}", "ImagingStudy" },
        { "id and nothing else on a primitive", "\"description\":\"CT\"", "\"_description\":{\"id\":\"x\"}", "ImagingStudy.description" },
        { "id beside a value", "\"description\":\"CT\"", "\"description\":\"CT\",\"_description\":{\"id\":\"x\"}", null },
        { "a primitive of extensions", "\"description\":\"CT\"", $"\"_description\":{Dar}", null },
        { "a code outside in an R4 extension", "\"description\":\"CT\"", $"\"_description\":{Dar.Replace("masked", "zzz", StringComparison.Ordinal)}", "ImagingStudy.description.extension.value" },
        { "a list beside a single value", "\"description\":\"CT\"", "\"description\":\"CT\",\"_description\":[{\"id\":\"x\"}]", "ImagingStudy.description" },
        { "a blank before a URI", "\"id\":\"s\"", "\"implicitRules\":\" http://x\"", "ImagingStudy.implicitRules" },
        { "a blank behind a URI", "\"id\":\"s\"", "\"meta\":{\"profile\":[\"http://hl7.org/fhir/StructureDefinition/ImagingStudy \"]}", "ImagingStudy.meta.profile" },
        { "a line end behind a code", "\"id\":\"s\"", "\"language\":\"de\\n\"", "ImagingStudy.language" },
        { "contained is no list", "\"id\":\"s\"", "\"contained\":{\"resourceType\":\"Patient\",\"id\":\"p\"}", "ImagingStudy.contained" },
        { "two contained of one id", "{\"reference\":\"Patient/1\"}", "{\"reference\":\"#p\"},\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p\"},{\"resourceType\":\"Patient\",\"id\":\"p\"}]", "ImagingStudy.contained" },
        { "contained with a security label", "{\"reference\":\"Patient/1\"}", "{\"reference\":\"#p\"},\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p\",\"meta\":{\"security\":[{\"code\":\"R\"}]}}]", "ImagingStudy.contained" },
        { "script in a narrative", "\"id\":\"s\"", $"\"text\":{{\"status\":\"generated\",\"div\":\"{Div}<script>1</script></div>\"}}", "ImagingStudy.text.div" },
        { "an event in a narrative", "\"id\":\"s\"", $"\"text\":{{\"status\":\"generated\",\"div\":\"{Div}<p onclick='x'>a</p></div>\"}}", "ImagingStudy.text.div" },
        { "an image alone in a narrative", "\"id\":\"s\"", $"\"text\":{{\"status\":\"generated\",\"div\":\"{Div}<img src='#a' alt='x'/></div>\"}}", null },
        { "a part of a translation missing", "\"description\":\"CT\"", "\"description\":\"CT\",\"_description\":{\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/translation\",\"extension\":[{\"url\":\"content\",\"valueString\":\"x\"}]}]}", "ImagingStudy.description.extension.extension" },
        { "an R4 extension with a wrong target", "\"id\":\"s\"", "\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/bodySite\",\"valueReference\":{\"reference\":\"Patient/1\"}}]", "ImagingStudy.extension.value" },
        { "a status outside the required value set", Study, "{\"resourceType\":\"Condition\",\"clinicalStatus\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/condition-clinical\",\"code\":\"zzz\"}]},\"subject\":{\"reference\":\"Patient/1\"}}", "Condition.clinicalStatus" },
        { "Age where Quantity stands", Study, "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"valueAge\":{\"value\":1,\"system\":\"http://unitsofmeasure.org\",\"code\":\"a\"}}", "Observation.value" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_rule_of_the_text_is_kept(string change, string from, string to, string? focus)
    {
        var json = Study.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Study, json);
        var report = ConformanceEngine.Shipped.Validate(json);
        Assert.True(report.Valid == focus is null, $"{change}: {string.Join('\n', report.Issues)}");
        if (focus is not null) Assert.Contains(report.Issues, i => i.Severity == Severity.Error && Corpus.IsAtOrBelow(i.Expression, focus));
    }

    [Theory]
    [InlineData("\"id\":\"s\"", "\"id\":\"a_b\"")]
    [InlineData("\"id\":\"s\"", "\"id\":\"s\",\"contained\":{\"resourceType\":\"Patient\",\"id\":\"p\"}")]
    [InlineData("\"id\":\"s\"", "\"id\":\"s\",\"extension\":{\"url\":\"http://x\"}")]
    [InlineData("\"id\":\"s\"", "\"id\":[\"s\"]")]
    public void What_the_parser_stumbles_over_is_turned_away_by_the_import(string from, string to)
    {
        var json = Study.Replace(from, to, StringComparison.Ordinal);
        Assert.NotNull(JsonNode.Parse(json));
        Assert.IsType<ImportedResource.Turned>(ImportedResource.Read(new ImportItem("x", System.Text.Encoding.UTF8.GetBytes(json)), false));
        Assert.Equal(json.Contains("a_b", StringComparison.Ordinal) ? "a_b" : "s", ConformanceEngine.Shipped.Validate(json).Id ?? "s");
    }
}
