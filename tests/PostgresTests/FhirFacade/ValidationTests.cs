using System.Net;
using System.Text;
using System.Text.Json;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>POST /fhir/{Type}/$validate, POST /validateResource, GET /fhir/$conformance over HTTP.</summary>
public sealed class ValidationTests(Hospital hospital) : IClassFixture<Hospital>
{
    const string Profile = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-pr-bildgebung-bildgebungsstudie";

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "CT", "warning", "ImagingStudy.extension[0]")]
    [InlineData("", "XYZ", "error", "ImagingStudy.series[0].modality")]
    [InlineData("?profile=" + Profile, "XYZ", "error", "ImagingStudy.series[0].modality")]
    [InlineData("?mode=create", "CT", "warning", "ImagingStudy.extension[0]")]
    public async Task A_resource_is_judged_by_claim_and_by_request(string query, string modality, string severity, string? expression)
    {
        var (status, outcome) = await PostAsync($"/fhir/ImagingStudy/$validate{query}", Hospital.Study("s9999", modality, "p1"));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains(Issues(outcome), issue => issue.Severity == severity && issue.Expression == expression);
        Assert.Equal(severity == "error", Issues(outcome).Any(issue => issue.Severity == "error"));
    }

    [Fact]
    public async Task Parameters_hold_resource_profile_and_mode()
    {
        var body = $$$"""
            {"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"profile"},{"name":"profile","valueUri":"{{{Profile}}}|2025.0.2"},
            {"name":"resource","resource":{{{Hospital.Study("s9999", "XYZ", "p1")}}}}]}
            """;
        var (status, outcome) = await PostAsync("/fhir/ImagingStudy/$validate", body);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains(Issues(outcome), issue => issue.Severity == "error");
    }

    [Theory]
    [InlineData("/fhir/ImagingStudy/$validate", "no JSON", 400, "the body is not JSON")]
    [InlineData("/fhir/ImagingStudy/$validate", "{}", 400, "no resourceType")]
    [InlineData("/fhir/ImagingStudy/$validate", "{\"resourceType\":\"Nothing\"}", 400, "no type of R4")]
    [InlineData("/fhir/ImagingStudy/$validate", "{\"resourceType\":\"Patient\"}", 400, "another type than the path")]
    [InlineData("/fhir/ImagingStudy/$validate?profile=urn:none", "{\"resourceType\":\"ImagingStudy\"}", 400, "the profile is not loaded")]
    [InlineData("/fhir/ImagingStudy/$validate?mode=profile", "{\"resourceType\":\"ImagingStudy\"}", 400, "mode=profile without profile")]
    [InlineData("/fhir/ImagingStudy/$validate?mode=delete", "{\"resourceType\":\"ImagingStudy\"}", 400, "nothing is deleted here")]
    [InlineData("/fhir/ImagingStudy/$validate", "{\"resourceType\":\"Parameters\"}", 400, "no resource")]
    [InlineData("/fhir/Nothing/$validate", "{\"resourceType\":\"Nothing\"}", 404, "no type")]
    [InlineData("/validateResource", "no JSON", 400, "the body is not JSON")]
    [InlineData("/validateResource", "{\"resourceType\":\"Nothing\"}", 400, "no type of R4")]
    [InlineData("/validateResource", "{\"resourceType\":\"ImagingStudy\"}", 200, "judged, and invalid")]
    public async Task What_cannot_be_judged_is_refused_as_an_OperationOutcome(string path, string body, int expected, string reason)
    {
        var (status, outcome) = await PostAsync(path, body);
        Assert.True(expected == (int)status, $"{reason}: {status} {outcome}");
        Assert.Contains(Issues(outcome), issue => issue.Severity == "error");
    }

    [Fact]
    public async Task The_contract_of_validateResource()
    {
        var (status, outcome) = await PostAsync("/validateResource", Hospital.Study("s9999", "XYZ", "p1"), "application/json");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains(Issues(outcome), issue => issue is { Severity: "error", Expression: "ImagingStudy.series[0].modality" });
        (status, outcome) = await PostAsync("/validateResource", Hospital.Study("s9999", "CT", "p1"));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.DoesNotContain(Issues(outcome), issue => issue.Severity == "error");
        (status, _) = await PostAsync("/validateResource", "<ImagingStudy/>", "application/fhir+xml");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, status);
    }

    [Fact]
    public async Task Conformance_is_Parameters_or_CSV()
    {
        using var parameters = await hospital.Client.GetAsync("/fhir/$conformance", Cancelled);
        Assert.Equal(HttpStatusCode.OK, parameters.StatusCode);
        Assert.StartsWith("""{"resourceType":"Parameters""", await parameters.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);

        using var csv = await hospital.Client.GetAsync("/fhir/$conformance?_format=text/csv", Cancelled);
        Assert.Equal("text/csv", csv.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("profile,version,checked,valid,decided,rule,expression,severity,count,examples\r\n", await csv.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    async Task<(HttpStatusCode Status, string Outcome)> PostAsync(string path, string body, string type = "application/fhir+json")
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        using var answer = await hospital.Client.PostAsync(path, content, Cancelled);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
    }

    static IReadOnlyList<(string Severity, string? Expression)> Issues(string outcome)
    {
        using var document = JsonDocument.Parse(outcome);
        Assert.Equal("OperationOutcome", document.RootElement.GetProperty("resourceType").GetString());
        return [.. document.RootElement.GetProperty("issue").EnumerateArray().Select(issue => (
            issue.GetProperty("severity").GetString()!,
            issue.TryGetProperty("expression", out var expression) ? expression[0].GetString() : null))];
    }
}
