using System.Net;
using System.Text;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

public sealed class BatchTests(Hospital hospital) : IClassFixture<Hospital>
{
    readonly HttpClient client = hospital.Client;

    [Fact]
    public async System.Threading.Tasks.Task Entries_are_answered_in_order_and_one_failure_fails_nothing_else()
    {
        var bundle = await BatchAsync(
            Get("ImagingStudy/s5"), Get("ImagingStudy?modality=http://dicom.nema.org/resources/ontology/DCM|CT&_summary=count"), Get("ImagingStudy?colour=red"),
            Get("ImagingStudy/nobody"), Get("/metadata"), Get("Foo/1"), """{"request":{"method":"PUT","url":"ImagingStudy/s5"}}""", "{}", Get($"{client.BaseAddress}fhir/ImagingStudy/s6"));

        Assert.Equal(Bundle.BundleType.BatchResponse, bundle.Type);
        Assert.Equal(["200 OK", "200 OK", "400 Bad Request", "404 Not Found", "200 OK", "404 Not Found", "405 Method Not Allowed", "400 Bad Request", "200 OK"], bundle.Entry.Select(entry => entry.Response!.Status));
        Assert.Equal(("s5", "W/\"1\""), (bundle.Entry[0].Resource!.Id, bundle.Entry[0].Response!.Etag));
        Assert.NotNull(bundle.Entry[0].Response!.LastModified);
        Assert.Equal(600, Assert.IsType<Bundle>(bundle.Entry[1].Resource).Total);
        Assert.IsType<CapabilityStatement>(bundle.Entry[4].Resource);
        foreach (var failed in bundle.Entry.Where(entry => !entry.Response!.Status!.StartsWith('2')))
        {
            Assert.IsType<OperationOutcome>(failed.Resource);
            Assert.IsType<OperationOutcome>(failed.Response!.Outcome);
        }
    }

    [Fact]
    public async System.Threading.Tasks.Task A_portal_gets_every_id_it_asked_for_in_one_result()
    {
        var ids = string.Join(',', Enumerable.Range(0, 500).Select(Hospital.Id));
        var bundle = await BatchAsync(Get($"ImagingStudy?_profile:below=https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-pr-bildgebung-bildgebungsstudie&_id={ids}&_count=500"), Get("ImagingStudy?_id=" + ids));
        foreach (var result in bundle.Entry.Select(entry => Assert.IsType<Bundle>(entry.Resource)))
        {
            Assert.Equal(500, result.Entry.Select(entry => entry.Resource!.Id).Distinct().Count());
            Assert.Null(result.Next());
        }
    }

    [Fact]
    public async System.Threading.Tasks.Task A_result_in_a_batch_is_not_closed_by_its_size()
    {
        var bundle = await BatchAsync(Get("ImagingStudy"));
        var result = Assert.IsType<Bundle>(Assert.Single(bundle.Entry).Resource);
        Assert.True(result.Entry.Count >= Hospital.Studies);
        Assert.Null(result.Next());
    }

    [Fact]
    public async System.Threading.Tasks.Task An_entry_is_conditional()
    {
        var bundle = await BatchAsync("""{"request":{"method":"GET","url":"ImagingStudy/s5","ifNoneMatch":"W/\"1\""}}""");
        var entry = Assert.Single(bundle.Entry);
        Assert.Equal("304 Not Modified", entry.Response!.Status);
        Assert.Null(entry.Resource);
    }

    [Theory]
    [InlineData("/fhir")]
    [InlineData("/fhir/")]
    public async System.Threading.Tasks.Task A_transaction_of_reads_succeeds_whole(string path)
    {
        var bundle = await (await PostAsync(path, "transaction", Get("ImagingStudy/s5"), Get("ImagingStudy?_id=s1"))).AsAsync<Bundle>();
        Assert.Equal(Bundle.BundleType.TransactionResponse, bundle.Type);
        Assert.Equal(2, bundle.Entry.Count);
    }

    [Theory]
    [InlineData("""{"request":{"method":"PUT","url":"ImagingStudy/s5"}}""", HttpStatusCode.MethodNotAllowed)]
    [InlineData("""{"request":{"method":"GET","url":"ImagingStudy/nobody"}}""", HttpStatusCode.NotFound)]
    public async System.Threading.Tasks.Task A_transaction_that_cannot_succeed_is_refused_whole(string entry, HttpStatusCode status) =>
        await (await PostAsync("/fhir", "transaction", Get("ImagingStudy/s5"), entry)).AsAsync<OperationOutcome>(status);

    [Theory]
    [InlineData("application/fhir+xml", "<Bundle xmlns=\"http://hl7.org/fhir\"/>", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-www-form-urlencoded", "a=b", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/fhir+json", "{\"resourceType\":\"Bundle\"", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "{\"resourceType\":\"Patient\"}", HttpStatusCode.BadRequest)]
    public async System.Threading.Tasks.Task What_is_no_batch_is_refused(string type, string body, HttpStatusCode status)
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        await (await client.PostAsync("/fhir", content, TestContext.Current.CancellationToken)).AsAsync<OperationOutcome>(status);
    }

    [Fact]
    public async System.Threading.Tasks.Task A_batch_of_too_many_entries_is_refused()
    {
        var outcome = await (await PostAsync("/fhir", "batch", [.. Enumerable.Repeat(Get("metadata"), 1_001)])).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
        Assert.Equal(OperationOutcome.IssueType.TooCostly, outcome.Issue[0].Code);
    }

    [Fact]
    public async System.Threading.Tasks.Task A_batch_is_answered_in_xml_for_those_who_ask()
    {
        using var content = new StringContent($$"""{"resourceType":"Bundle","type":"batch","entry":[{{Get("ImagingStudy/s5")}}]}""", Encoding.UTF8, "application/fhir+json");
        var text = await (await client.PostAsync("/fhir?_format=xml", content, TestContext.Current.CancellationToken)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("<valueDecimal value=\"4.00\"", text, StringComparison.Ordinal);
    }

    static string Get(string url) => $$$"""{"request":{"method":"GET","url":"{{{url}}}"}}""";

    async System.Threading.Tasks.Task<Bundle> BatchAsync(params string[] entries) => await (await PostAsync("/fhir", "batch", entries)).AsAsync<Bundle>();

    async System.Threading.Tasks.Task<HttpResponseMessage> PostAsync(string path, string type, params string[] entries)
    {
        using var content = new StringContent($$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(',', entries)}}]}""", Encoding.UTF8, "application/fhir+json");
        return await client.PostAsync(path, content, TestContext.Current.CancellationToken);
    }
}
