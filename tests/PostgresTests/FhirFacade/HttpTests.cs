using System.Net;
using System.Text;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

public sealed class HttpTests(Hospital hospital) : IClassFixture<Hospital>
{
    readonly HttpClient client = hospital.Client;

    [Fact]
    public async System.Threading.Tasks.Task A_read_is_the_stored_text_with_version_and_time()
    {
        var response = await client.SendAsync("GET", "/fhir/ImagingStudy/s5");
        Assert.Equal("W/\"1\"", response.Headers.ETag!.ToString());
        Assert.NotNull(response.Content.Headers.LastModified);
        var study = await response.AsAsync<ImagingStudy>();
        Assert.Equal(("s5", "1"), (study.Id, study.Meta!.VersionId));
        Assert.Contains("\"valueDecimal\":4.00}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async System.Threading.Tasks.Task A_read_is_conditional()
    {
        var modified = (await client.SendAsync("GET", "/fhir/ImagingStudy/s5")).Content.Headers.LastModified!.Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync("GET", "/fhir/ImagingStudy/s5", ("If-None-Match", "W/\"1\""))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("GET", "/fhir/ImagingStudy/s5", ("If-None-Match", "W/\"2\""))).StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync("GET", "/fhir/ImagingStudy/s5", ("If-Modified-Since", modified))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("GET", "/fhir/ImagingStudy/s5", ("If-Modified-Since", "Tue, 05 Mar 2024 10:00:00 GMT"))).StatusCode);
    }

    [Fact]
    public async System.Threading.Tasks.Task A_deleted_resource_is_410_and_leaves_the_searches()
    {
        await hospital.WriteAsync([Hospital.Study("gone1", "PT", "nobody")]);
        Assert.Equal(1, (await client.SearchAsync("/fhir/ImagingStudy?patient=nobody")).Total);
        await hospital.DeleteAsync("gone1");
        var outcome = await (await client.SendAsync("GET", "/fhir/ImagingStudy/gone1")).AsAsync<OperationOutcome>(HttpStatusCode.Gone);
        Assert.Equal(OperationOutcome.IssueType.Deleted, outcome.Issue[0].Code);
        Assert.Equal(0, (await client.SearchAsync("/fhir/ImagingStudy?patient=nobody")).Total);
    }

    [Fact]
    public async System.Threading.Tasks.Task The_facade_folds_what_an_indexer_left_behind()
    {
        await hospital.WriteAsync([Hospital.Study("left1", "PT", "left")], fold: false);
        await (await client.SendAsync("GET", "/fhir/ImagingStudy/left1")).AsAsync<ImagingStudy>();
        for (var tries = 0; (await client.SearchAsync("/fhir/ImagingStudy?patient=left")).Total != 1; tries++)
        {
            Assert.True(tries < 100, "not folded in 10 s");
            await System.Threading.Tasks.Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("GET", "/fhir/ImagingStudy/nobody", 404, "")]
    [InlineData("GET", "/fhir/ImagingStudy/S5", 404, "")]
    [InlineData("GET", "/fhir/Foo?x=1", 404, "")]
    [InlineData("GET", "/fhir/imagingstudy", 404, "")]
    [InlineData("GET", "/fhir/a/b/c/d", 404, "")]
    [InlineData("GET", "/fhir/ImagingStudy/a_b", 400, "")]
    [InlineData("GET", "/fhir/ImagingStudy/s5?x=1", 400, "")]
    [InlineData("GET", "/fhir/ImagingStudy?modality=%C3%28", 400, "")]
    [InlineData("GET", "/fhir?_type=Foo", 400, "")]
    [InlineData("GET", "/fhir?modality=CT", 400, "")]
    [InlineData("GET", "/fhir/Patient/p1/Device", 400, "")]
    [InlineData("PUT", "/fhir/Patient/p1/ImagingStudy", 405, "GET, HEAD")]
    [InlineData("GET", "/fhir/SearchParameter/none", 404, "")]
    [InlineData("GET", "/fhir/ImagingStudy/s5/_history", 405, "")]
    [InlineData("GET", "/fhir/ImagingStudy/s5/_history/1", 405, "")]
    [InlineData("GET", "/fhir/ImagingStudy/_history", 405, "")]
    [InlineData("GET", "/fhir/Patient/p1/$everything", 405, "")]
    [InlineData("GET", "/fhir/ImagingStudy/_search", 405, "POST")]
    [InlineData("PUT", "/fhir/ImagingStudy/_search", 405, "POST")]
    [InlineData("PUT", "/fhir", 405, "GET, HEAD, POST")]
    [InlineData("OPTIONS", "/fhir/ImagingStudy", 405, "GET, HEAD")]
    [InlineData("POST", "/fhir/metadata", 405, "GET, HEAD")]
    [InlineData("GET", "/fhir/Condition/x", 404, "")]
    [InlineData("GET", "/fhir/Condition?code=x", 400, "")]
    [InlineData("POST", "/fhir/ImagingStudy", 405, "GET, HEAD")]
    [InlineData("PUT", "/fhir/ImagingStudy/s5", 405, "GET, HEAD")]
    [InlineData("PATCH", "/fhir/ImagingStudy/s5", 405, "GET, HEAD")]
    [InlineData("DELETE", "/fhir/ImagingStudy/s5", 405, "GET, HEAD")]
    [InlineData("POST", "/fhir/Measure/$evaluate-measure", 405, "")]
    public async System.Threading.Tasks.Task Errors_are_outcomes(string method, string path, int status, string allowed)
    {
        var response = await client.SendAsync(method, path);
        var outcome = await response.AsAsync<OperationOutcome>((HttpStatusCode)status);
        Assert.Equal(OperationOutcome.IssueSeverity.Error, Assert.Single(outcome.Issue).Severity);
        Assert.Equal(status == 405, response.Content.Headers.Contains("Allow"));
        Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow));
        Assert.True(response.Headers.Contains("X-Request-Id"));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/form-data; boundary=x")]
    public async System.Threading.Tasks.Task Other_bodies_are_415(string type)
    {
        using var content = new StringContent("{}", Encoding.UTF8);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        await (await client.PostAsync("/fhir/ImagingStudy/_search", content, TestContext.Current.CancellationToken)).AsAsync<OperationOutcome>(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async System.Threading.Tasks.Task A_body_over_the_limit_is_413() =>
        await (await client.PostRawAsync("/fhir/ImagingStudy/_search", "a=" + new string('x', 9 * 1024 * 1024), ("Expect", "100-continue"))).AsAsync<OperationOutcome>(HttpStatusCode.RequestEntityTooLarge);

    [Fact]
    public async System.Threading.Tasks.Task A_request_line_of_60_kB_is_taken()
    {
        var ids = string.Join(',', Enumerable.Range(0, 8_500).Select(Hospital.Id));
        Assert.True(ids.Length > 45_000);
        Assert.Equal(Hospital.Studies, (await client.SearchAsync($"/fhir/ImagingStudy?_summary=count&_id={ids}")).Total);
    }

    [Theory]
    [InlineData("text/turtle", "/fhir/ImagingStudy/s5")]
    [InlineData("*/*", "/fhir/ImagingStudy?_format=ttl")]
    [InlineData("image/png", "/fhir/metadata")]
    public async System.Threading.Tasks.Task What_cannot_be_produced_is_406(string accept, string path) =>
        await (await client.SendAsync("GET", path, ("Accept", accept))).AsAsync<OperationOutcome>(HttpStatusCode.NotAcceptable);

    [Fact]
    public async System.Threading.Tasks.Task Metadata_is_conditional_and_also_xml()
    {
        var response = await client.SendAsync("GET", "/fhir/metadata");
        Assert.Equal($"{client.BaseAddress}fhir", (await response.AsAsync<CapabilityStatement>()).Implementation!.Url);
        Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync("GET", "/fhir/metadata", ("If-None-Match", response.Headers.ETag!.ToString()))).StatusCode);
        var xml = await (await client.SendAsync("GET", "/fhir/metadata", ("Accept", "application/fhir+xml"))).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("<CapabilityStatement", xml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "fhir/metadata")]
    [InlineData("/fhir", "/fhir/metadata")]
    public async System.Threading.Tasks.Task The_roots_lead_to_the_statement(string path, string target)
    {
        var response = await client.SendAsync("GET", path);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.EndsWith(target, response.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/livez")]
    [InlineData("GET", "/readyz")]
    [InlineData("GET", "/healthz")]
    [InlineData("GET", "/health")]
    [InlineData("HEAD", "/readyz")]
    [InlineData("HEAD", "/livez")]
    public async System.Threading.Tasks.Task Health_is_told(string method, string path) => Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(method, path)).StatusCode);

    [Fact]
    public async System.Threading.Tasks.Task Links_follow_a_trusted_proxy()
    {
        var bundle = await (await client.SendAsync(
            "GET", "/fhir/ImagingStudy?_count=1", ("X-Forwarded-Proto", "https,http"), ("X-Forwarded-Host", "fhir.example"), ("X-Forwarded-Port", "444"), ("X-Forwarded-Prefix", "/site"))).AsAsync<Bundle>();
        Assert.All(bundle.Link, link => Assert.StartsWith("https://fhir.example:444/site/fhir/ImagingStudy?", link.Url, StringComparison.Ordinal));
    }
}
