using System.Text;
using System.Text.Json;
using Dicom2Fhir.FhirFacade.Fhir;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class ElementFilterTests
{
    const string Tag = """{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}""";

    const string Study =
        """
        {"resourceType":"ImagingStudy","id":"a","meta":{"versionId":"1"},"text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},
        "extension":[{"url":"http://x.example/e","valueDecimal":4.00}],"status":"available","_status":{"id":"s"},"subject":{"reference":"Patient/p"},"numberOfSeries":1,
        "series":[{"uid":"1.2","modality":{"code":"CT"},"instance":[{"uid":"1.3","sopClass":{"code":"x"}}],"description":"Schädel"}]}
        """;

    static readonly JsonSerializerOptions Strict = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Strict);

    [Fact]
    public void Elements_keep_the_asked_and_the_mandatory_ones() =>
        Assert.Equal(
            $$$"""{"resourceType":"ImagingStudy","id":"a","meta":{"versionId":"1","tag":[{{{Tag}}}]},"status":"available","_status":{"id":"s"},"subject":{"reference":"Patient/p"}}""",
            Filter("_elements=subject"));

    [Theory]
    [InlineData("_elements=ImagingStudy.numberOfSeries")]
    [InlineData("_elements=numberOfSeries")]
    [InlineData("_elements=numberOfSeries,unknown")]
    public void Elements_are_root_names_with_or_without_type(string query)
    {
        var text = Filter(query);
        Assert.Contains("\"numberOfSeries\":1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("series\":[", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_never_reformatted() =>
        Assert.Contains("\"valueDecimal\":4.00}", Filter("_elements=extension"), StringComparison.Ordinal);

    [Fact]
    public void Summary_keeps_the_summary_elements_inside_series_too()
    {
        var text = Filter("_summary=true");
        Assert.Contains("\"series\":[{\"uid\":\"1.2\",\"modality\":{\"code\":\"CT\"},\"description\":\"Schädel\"}]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("extension", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"text\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Summary_elements_of_the_study_are_those_of_R4()
    {
        // hl7.org/fhir/R4/imagingstudy.html, the flags "Σ"
        string[] expected =
        [
            "identifier", "status", "modality", "subject", "encounter", "started", "basedOn", "referrer", "interpreter", "endpoint", "numberOfSeries", "numberOfInstances",
            "procedureReference", "procedureCode", "location", "reasonCode", "reasonReference", "note", "description", "series",
        ];
        var everything = "{\"resourceType\":\"ImagingStudy\"," + string.Join(',', expected.Append("contained").Append("text").Append("extension").Select(name => $"\"{name}\":[]")) + "}";
        using var kept = JsonDocument.Parse(Filter("_summary=true", everything));
        Assert.Equal([.. expected.Append("meta").Append("resourceType").Order(StringComparer.Ordinal)], kept.RootElement.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Summary_text_is_narrative_and_mandatory_elements()
    {
        using var kept = JsonDocument.Parse(Filter("_summary=text"));
        Assert.Equal(["resourceType", "id", "meta", "text", "status", "_status", "subject"], kept.RootElement.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public void Summary_data_drops_only_the_narrative()
    {
        var text = Filter("_summary=data");
        Assert.DoesNotContain("\"text\"", text, StringComparison.Ordinal);
        Assert.Contains("\"instance\":[{", text, StringComparison.Ordinal);
        Assert.Contains("SUBSETTED", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("_summary=false")]
    public void Without_a_wish_nothing_is_filtered(string query) => Assert.Null(Of("ImagingStudy", query));

    [Theory]
    [InlineData("")]
    [InlineData("_summary=data")]
    public void Omitted_instances_leave_the_series(string query)
    {
        var text = Encoding.UTF8.GetString(Of("ImagingStudy", query, instances: false)!.Apply(Encoding.UTF8.GetBytes(Study)));
        Assert.Contains("\"series\":[{\"uid\":\"1.2\",\"modality\":{\"code\":\"CT\"},\"description\":\"Schädel\"}]", text, StringComparison.Ordinal);
        Assert.Contains("SUBSETTED", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Instances_are_of_studies_only() => Assert.Null(Of("Device", "", instances: false));

    [Theory]
    [InlineData("""{"resourceType":"Device"}""", "{\"resourceType\":\"Device\",\"meta\":{\"tag\":[TAG]}}")]
    [InlineData("""{"resourceType":"Device","meta":{}}""", "{\"resourceType\":\"Device\",\"meta\":{\"tag\":[TAG]}}")]
    [InlineData("""{"resourceType":"Device","meta":{"tag":[]}}""", "{\"resourceType\":\"Device\",\"meta\":{\"tag\":[TAG]}}")]
    [InlineData("""{"resourceType":"Device","meta":{"tag":[ ]}}""", "{\"resourceType\":\"Device\",\"meta\":{\"tag\":[ TAG]}}")]
    [InlineData("""{"resourceType":"Device","meta":{"tag":[{"code":"x"}],"source":"s"}}""", "{\"resourceType\":\"Device\",\"meta\":{\"tag\":[{\"code\":\"x\"},TAG],\"source\":\"s\"}}")]
    [InlineData("""{ "resourceType" : "Device" , "meta" : { "source" : "s" } }""", "{\"resourceType\" : \"Device\",\"meta\":{\"source\" : \"s\",\"tag\":[TAG]}}")]
    public void The_tag_joins_whatever_meta_there_is(string document, string expected) =>
        Assert.Equal(expected.Replace("TAG", Tag, StringComparison.Ordinal), Encoding.UTF8.GetString(Of("Device", "_elements=id")!.Apply(Encoding.UTF8.GetBytes(document))));

    [Theory]
    [InlineData("_elements=subject")]
    [InlineData("_summary=true")]
    [InlineData("_summary=data")]
    [InlineData("_summary=text")]
    public void Filtered_studies_are_strictly_FHIR(string query)
    {
        var study = JsonSerializer.Deserialize<Resource>(Filter(query), Strict);
        Assert.Equal("SUBSETTED", Assert.Single(study!.Meta!.Tag).Code);
    }

    static string Filter(string query, string document = Study) => Encoding.UTF8.GetString(Of("ImagingStudy", query)!.Apply(Encoding.UTF8.GetBytes(document)));

    static ElementFilter? Of(string type, string query, bool instances = true) => ElementFilter.Of(type, ResultParameters.Split(RawQuery.Parse(query)).Results, instances);
}
