using System.Globalization;
using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Rest;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>Clients as they are, through nginx under a path prefix: every study exactly once over the pages, all links under the public base.</summary>
public sealed class ClientTests(Hospital hospital) : IClassFixture<Hospital>, IAsyncLifetime
{
    const string Ct = "http://dicom.nema.org/resources/ontology/DCM|CT";

    static readonly string Folder = Path.Combine(RepositoryRoot(AppContext.BaseDirectory), "tests", "Clients");
    static readonly IEnumerable<string> Expected = Enumerable.Range(0, Hospital.Studies / 2).Select(number => Hospital.Id(2 * number)).Order(StringComparer.Ordinal);

    Nginx? nginx;

    string Base => nginx!.Base;

    public async ValueTask InitializeAsync()
    {
        Tool.Require("nginx");
        nginx = await Nginx.StartAsync(hospital.Facade.Port);
    }

    public async ValueTask DisposeAsync()
    {
        if (nginx is not null) await nginx.DisposeAsync();
    }

    [Theory]
    [InlineData("fhir-kit-client")]
    [InlineData("fhirclient")]
    public async System.Threading.Tasks.Task Node_clients_read_every_study_once(string library)
    {
        Tool.Require("node", Path.Combine(Folder, "node_modules", library));
        var output = await Tool.RunAsync("node", Path.Combine(Folder, "drain.mjs"), library, Base, "modality=" + Ct, "_count=70", "_total=accurate");
        var seen = JsonSerializer.Deserialize<Drained>(output, JsonSerializerOptions.Web)!;
        Assert.Equal(Expected, seen.Ids.Order(StringComparer.Ordinal));
        Assert.Equal((600, "4.0.1"), (seen.Total, seen.Version));
        Assert.Equal(70, seen.Posted.Count);
        Assert.Equal((seen.Ids[0], seen.Ids[0]), (seen.Read, seen.Batch));
    }

    [Fact]
    public async System.Threading.Tasks.Task The_sdks_own_client_reads_every_study_once()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = new FhirClient(Base, new FhirClientSettings { PreferredFormat = ResourceFormat.Json, VerifyFhirVersion = true });
        var ids = new List<string>();
        var query = new SearchParams().Where("modality=" + Ct).LimitTo(70);
        for (var page = await client.SearchAsync<ImagingStudy>(query, cancel); page is not null; page = await client.ContinueAsync(page, ct: cancel))
        {
            ids.AddRange(page.Ids());
            Assert.All(page.Link, link => Assert.StartsWith(Base + "/", link.Url, StringComparison.Ordinal));
        }

        Assert.Equal(Expected, ids.Order(StringComparer.Ordinal));
        Assert.Equal(70, (await client.SearchUsingPostAsync<ImagingStudy>(query, cancel))!.Entry.Count);
        Assert.Equal("s5", (await client.ReadAsync<ImagingStudy>("ImagingStudy/s5", ct: cancel))!.Id);
        await Assert.ThrowsAsync<FhirOperationException>(() => client.ReadAsync<ImagingStudy>("ImagingStudy/nobody", ct: cancel));
        var xml = new FhirClient(Base, new FhirClientSettings { PreferredFormat = ResourceFormat.Xml });
        Assert.Equal("s5", (await xml.ReadAsync<ImagingStudy>("ImagingStudy/s5", ct: cancel))!.Id);
        xml.Dispose();
    }

    [Fact]
    public async System.Threading.Tasks.Task Flares_search_is_a_form_that_is_not_encoded()
    {
        var ids = new List<string>();
        var answer = await CurlAsync(
            $"{Base}/ImagingStudy/_search", "-X", "POST", "-H", "Content-Type: application/x-www-form-urlencoded", "-H", "Accept: application/fhir+json",
            "--data-raw", $"modality={Ct}&started=ge2024-01-01&started=le2024-12-31&_elements=subject&_count=500");
        for (; ; answer = await CurlAsync(answer.Next()!, "-H", "Accept: application/fhir+json"))
        {
            ids.AddRange(answer.Ids());
            Assert.All(answer.Entry, entry => Assert.Matches(@"\APatient/p\d+\z", ((ImagingStudy)entry.Resource!).Subject!.Reference));
            if (answer.Next() is null) break;
        }

        Assert.Equal(Expected, ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async System.Threading.Tasks.Task Torch_posts_500_patients_and_a_batch_of_ids()
    {
        Assert.Contains("\"fhirVersion\":\"4.0.1\"", await Tool.RunAsync("curl", "-sSf", $"{Base}/metadata"), StringComparison.Ordinal);
        var patients = string.Join(',', Enumerable.Range(0, 500).Select(number => string.Create(CultureInfo.InvariantCulture, $"Patient/p{number}")));
        var form = Path.GetTempFileName();
        await File.WriteAllTextAsync(form, $"patient={patients}&modality={Ct}&started=ge2024-01-01&_profile:below={Hospital.Canonical}&_count=100", TestContext.Current.CancellationToken);
        var ids = new List<string>();
        var answer = await CurlAsync($"{Base}/ImagingStudy/_search", "-H", "Prefer: handling=strict", "-H", "Content-Type: application/x-www-form-urlencoded", "--data-binary", "@" + form);
        for (; ; answer = await CurlAsync(answer.Next()!))
        {
            ids.AddRange(answer.Ids());
            Assert.Equal(ids.Count, ids.Distinct().Count());
            if (answer.Next() is null) break;
            // a page is asked again up to twenty times
            Assert.Equal((await CurlAsync(answer.Next()!)).Ids(), (await CurlAsync(answer.Next()!)).Ids());
        }

        Assert.Equal(Expected, ids.Order(StringComparer.Ordinal));

        var wanted = string.Join(',', Enumerable.Range(0, 500).Select(Hospital.Id));
        await File.WriteAllTextAsync(
            form, $$$"""{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"ImagingStudy?_profile:below={{{Hospital.Canonical}}}&_id={{{wanted}}}&_count=500"}}]}""",
            TestContext.Current.CancellationToken);
        var batch = await CurlAsync($"{Base}/", "-H", "Content-Type: application/fhir+json", "--data-binary", "@" + form);
        var nested = Assert.IsType<Bundle>(Assert.Single(batch.Entry).Resource);
        Assert.Equal((500, null), (nested.Ids().Distinct().Count(), nested.Next()));
        File.Delete(form);
    }

    [Fact]
    public async System.Threading.Tasks.Task The_data_evaluator_reads_by_profile()
    {
        var answer = await CurlAsync($"{Base}/ImagingStudy?_profile:below={Hospital.Canonical}&_count=1000");
        Assert.Equal(1_000, answer.Entry.Count);
        // strict parsers take no other letters in a link
        Assert.Matches(@"\A[A-Za-z0-9\-._~/:?=&]+\z", answer.Next());
        Assert.Equal(200, (await CurlAsync(answer.Next()!)).Entry.Count);
    }

    [Fact]
    public async System.Threading.Tasks.Task Fhircrackr_speaks_xml_alone()
    {
        string[] headers = ["-H", "Accept: application/fhir+xml"];
        Assert.StartsWith("<CapabilityStatement", await Tool.RunAsync("curl", ["-sSf", .. headers, $"{Base}/metadata"]), StringComparison.Ordinal);
        Assert.Contains("<total value=\"600\"", await Tool.RunAsync("curl", ["-sSf", .. headers, $"{Base}/ImagingStudy?modality={Ct}&_summary=count"]), StringComparison.Ordinal);
        Assert.StartsWith("<OperationOutcome", await Tool.RunAsync("curl", ["-sS", .. headers, $"{Base}/ImagingStudy?colour=red"]), StringComparison.Ordinal);
        var ids = new List<string>();
        for (string? url = $"{Base}/ImagingStudy?modality={Ct}&_elements=id&_count=500"; url is not null;)
        {
            var page = System.Xml.Linq.XDocument.Parse(await Tool.RunAsync("curl", ["-sSf", .. headers, url]));
            ids.AddRange(page.Descendants().Where(element => element.Name.LocalName == "ImagingStudy").Select(study => Value(study, "id")));
            url = page.Root!.Elements().Where(element => element.Name.LocalName == "link" && Value(element, "relation") == "next").Select(link => Value(link, "url")).SingleOrDefault();
        }

        Assert.Equal(Expected, ids.Order(StringComparer.Ordinal));

        static string Value(System.Xml.Linq.XElement element, string name) => element.Elements().Single(part => part.Name.LocalName == name).Attribute("value")!.Value;
    }

    sealed record Drained(int Total, List<string> Ids, List<string> Posted, string Read, string Batch, string Version);

    async System.Threading.Tasks.Task<Bundle> CurlAsync(string url, params string[] arguments)
    {
        var bundle = Answers.Read<Bundle>(await Tool.RunAsync("curl", ["-sSf", .. arguments, url]));
        Assert.All(bundle.Link, link => Assert.StartsWith(Base + "/", link.Url, StringComparison.Ordinal));
        return bundle;
    }

    static string RepositoryRoot(string folder) =>
        File.Exists(Path.Combine(folder, "Dicom2Fhir.sln")) ? folder : RepositoryRoot(Path.GetDirectoryName(folder.TrimEnd('/'))!);
}
