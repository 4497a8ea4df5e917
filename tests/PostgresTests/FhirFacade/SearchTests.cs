using System.Globalization;
using System.Net;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

public sealed class SearchTests(Hospital hospital) : IClassFixture<Hospital>
{
    const string Path = "/fhir/ImagingStudy";
    const string Profile = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-pr-bildgebung-bildgebungsstudie";

    readonly HttpClient client = hospital.Client;

    [Theory]
    [InlineData("_count=500", 2)]
    [InlineData("_count=50", 12)]
    [InlineData("_count=600", 1)]
    [InlineData("_count=599", 2)]
    public async System.Threading.Tasks.Task A_feasibility_query_returns_every_study_once(string count, int pageCount)
    {
        var response = await client.PostRawAsync(Path + "/_search", "modality=http://dicom.nema.org/resources/ontology/DCM|CT&_elements=subject&" + count, ("Accept", "application/fhir+json"));
        var pages = await client.DrainAsync(await response.AsAsync<Bundle>());

        Assert.Equal(pageCount, pages.Count);
        Assert.Equal(Enumerable.Range(0, Hospital.Studies / 2).Select(number => Hospital.Id(2 * number)).Order(), pages.SelectMany(page => page.Ids()).Order());
        Assert.All(pages, page => Assert.Equal(600, page.Total));
        var studies = pages.SelectMany(page => page.Entry).Select(entry => (ImagingStudy)entry.Resource!).ToList();
        Assert.All(studies, study => Assert.Matches(@"\APatient/p\d+\z", study.Subject!.Reference));
        Assert.All(studies, study => Assert.True(study is { Series.Count: 0, Started: null } && study.Meta!.Tag.Single().Code == "SUBSETTED"));
        Assert.All(pages.SelectMany(page => page.Entry), entry => Assert.Equal($"{client.BaseAddress}fhir/ImagingStudy/{entry.Resource!.Id}", entry.FullUrl));
    }

    [Fact]
    public async System.Threading.Tasks.Task Next_links_survive_clients_that_encode_twice_and_proxies_with_short_lines()
    {
        var patients = string.Join(',', Enumerable.Range(0, 500).Select(number => string.Create(CultureInfo.InvariantCulture, $"Patient/p{number}")));
        var response = await client.PostRawAsync(
            Path + "/_search", $"patient={patients}&modality=http://dicom.nema.org/resources/ontology/DCM|MR&started=ge2024-01-01&started=le2024-12-31&_profile:below={Profile}&_count=200",
            ("Prefer", "handling=strict"));
        var pages = await client.DrainAsync(await response.AsAsync<Bundle>());

        Assert.Equal(3, pages.Count);
        Assert.Equal(600, pages.SelectMany(page => page.Ids()).Distinct().Count());
        Assert.All(pages.Take(2), page => Assert.Matches(@"\Ahttp://127\.0\.0\.1:\d+/fhir/ImagingStudy\?__page=[A-Za-z0-9._~-]{20,1500}\z", page.Next()));
        Assert.Single(((ImagingStudy)pages[2].Entry[0].Resource!).Series);
    }

    [Fact]
    public async System.Threading.Tasks.Task A_page_may_be_asked_again()
    {
        var next = (await client.SearchAsync(Path + "?_count=3")).Next()!;
        Assert.Equal((await client.SearchAsync(next)).Ids(), (await client.SearchAsync(next)).Ids());
    }

    [Theory]
    [InlineData("", Hospital.Studies)]
    [InlineData("modality=CT", 600)]
    [InlineData("modality=CT,MR", Hospital.Studies)]
    [InlineData("modality=CT&modality=MR", 0)]
    [InlineData("modality:not=CT", 600)]
    [InlineData("modality-body-site=CT$http://snomed.info/sct|51185008", 600)]
    [InlineData("modality-body-site=CT%24http%3A%2F%2Fsnomed.info%2Fsct%7C51185008", 600)]
    [InlineData("series-bodysite=http://snomed.info/sct|51185008", Hospital.Studies)]
    [InlineData("patient=p7", 12)]
    [InlineData("subject=Patient/p7", 12)]
    [InlineData("_id=s1,s2,nobody", 2)]
    [InlineData("started=2024-03-05", Hospital.Studies)]
    [InlineData("started=gt2024-03-05", 0)]
    [InlineData("modality=XA", 0)]
    [InlineData("modality:in=http://dicom.nema.org/medical/dicom/current/output/chtml/part16/sect_CID_33.html", Hospital.Studies)]
    [InlineData("modality:not-in=http://dicom.nema.org/medical/dicom/current/output/chtml/part16/sect_CID_33.html", 0)]
    [InlineData("series-laterality:in=http://dicom.nema.org/medical/dicom/current/output/chtml/part16/sect_CID_244.html", 0)]
    public async System.Threading.Tasks.Task Counts_agree_with_the_pages(string query, int expected)
    {
        var count = await client.SearchAsync($"{Path}?{query}&_summary=count");
        var pages = await client.DrainAsync(await client.SearchAsync($"{Path}?{query}&_count=1000&_total=accurate"));
        Assert.Equal(expected, count.Total);
        Assert.Empty(count.Entry);
        Assert.Null(count.Next());
        Assert.Equal(expected, pages[0].Total);
        Assert.Equal(expected, pages.SelectMany(page => page.Ids()).Distinct().Count());
    }

    [Theory]
    [InlineData("http://fhir.example/ValueSet/none", "is not loaded")]
    [InlineData("http://dicom.nema.org/medical/dicom/current/output/chtml/part04/sect_B.5.html", "not with all its codes")]
    public async System.Threading.Tasks.Task A_value_set_that_is_not_whole_is_refused(string canonical, string said)
    {
        var outcome = await (await client.SendAsync("GET", $"{Path}?dicom-class:in={canonical}")).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
        Assert.Contains(said, outcome.Issue[0].Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async System.Threading.Tasks.Task Parameters_of_the_url_and_the_form_are_joined() =>
        Assert.Equal(12, (await (await client.PostRawAsync(Path + "/_search?patient=p7", "modality=MR&_summary=count")).AsAsync<Bundle>()).Total);

    [Fact]
    public async System.Threading.Tasks.Task A_post_without_a_body_searches_for_all()
    {
        Assert.Equal(Hospital.Studies, (await (await client.SendAsync("POST", Path + "/_search?_summary=count")).AsAsync<Bundle>()).Total);
    }

    [Fact]
    public async System.Threading.Tasks.Task Documents_come_as_they_are_stored()
    {
        await using var command = hospital.Store.Database.CreateCommand("select document from resource where id = 's1'");
        var stored = (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        var text = await client.GetStringAsync(Path + "?_id=s1", TestContext.Current.CancellationToken);
        Assert.Contains(stored, text, StringComparison.Ordinal);
        Assert.Contains("\"valueDecimal\":4.00}", text, StringComparison.Ordinal);
        Assert.Equal(stored, await client.GetStringAsync(Path + "/s1", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async System.Threading.Tasks.Task The_self_link_says_what_was_used_and_finds_the_same()
    {
        var first = await client.SearchAsync(Path + "?modality=http://dicom.nema.org/resources/ontology/DCM|CT&_count=99999");
        var self = first.Link.Single(link => link.Relation == "self").Url!;
        Assert.EndsWith("?modality=http%3A%2F%2Fdicom.nema.org%2Fresources%2Fontology%2FDCM%7CCT&_count=10000", self, StringComparison.Ordinal);
        Assert.Equal(first.Ids(), (await client.SearchAsync(self)).Ids());
    }

    [Theory]
    [InlineData("colour=red", "not-supported", "colour")]
    [InlineData("modalty=CT", "not-supported", "modality")]
    [InlineData("_sort=identifier", "not-supported", "_sort")]
    [InlineData("_include=ImagingStudy:patient", "not-supported", "_include")]
    [InlineData("_has:Encounter:diagnosis:code=1", "not-supported", "_has")]
    [InlineData("patient.gender=male", "not-supported", "patient.gender")]
    [InlineData("started=yesterday", "invalid", "started")]
    [InlineData("modality:exact=CT", "not-supported", "modality")]
    [InlineData("modality:strange=CT", "invalid", "modality")]
    [InlineData("_count=many", "invalid", "_count")]
    [InlineData("_elements=id&_summary=true", "invalid", "_elements")]
    public async System.Threading.Tasks.Task Strict_is_the_standard_and_names_what_is_wrong(string query, string code, string named)
    {
        var outcome = await (await client.SendAsync("GET", $"{Path}?{query}")).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
        var issue = Assert.Single(outcome.Issue);
        Assert.Equal(code, issue.Code!.Value switch { OperationOutcome.IssueType.NotSupported => "not-supported", OperationOutcome.IssueType.Invalid => "invalid", var other => other.ToString() });
        Assert.Contains(named, issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async System.Threading.Tasks.Task Lenient_ignores_with_a_warning_and_leaves_it_out_of_the_links()
    {
        var bundle = await (await client.SendAsync("GET", Path + "?colour=red&modality=CT&_count=5", ("Prefer", "return=minimal; handling=lenient"))).AsAsync<Bundle>();
        Assert.Equal(600, bundle.Total);
        Assert.DoesNotContain("colour", bundle.Link.Single(link => link.Relation == "self").Url!, StringComparison.Ordinal);
        var warning = bundle.Entry.Single(entry => entry.Search!.Mode == Bundle.SearchEntryMode.Outcome);
        Assert.Contains("colour", Assert.IsType<OperationOutcome>(warning.Resource).Issue.Single().Diagnostics, StringComparison.Ordinal);
        var next = await client.SearchAsync(bundle.Next()!);
        Assert.Equal((600, 5), (next.Total, next.Entry.Count));
    }

    [Theory]
    [InlineData("started=yesterday")]
    [InlineData("patient.gender=male")]
    [InlineData("modality:strange=CT")]
    public async System.Threading.Tasks.Task Lenient_never_ignores_a_filter_that_was_meant(string query) =>
        await (await client.SendAsync("GET", $"{Path}?{query}", ("Prefer", "handling=lenient"))).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAA")]
    [InlineData("%00")]
    public async System.Threading.Tasks.Task Foreign_tokens_are_400(string token) =>
        await (await client.SendAsync("GET", $"{Path}?__page={token}")).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);

    [Fact]
    public async System.Threading.Tasks.Task Changed_tokens_are_400_and_tokens_of_another_type_too()
    {
        var next = (await client.SearchAsync(Path + "?_count=3")).Next()!;
        var changed = next[..^2] + (next[^2] == 'A' ? 'B' : 'A') + next[^1];
        await (await client.SendAsync("GET", changed)).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
        await (await client.SendAsync("GET", next.Replace("/ImagingStudy?", "/Device?", StringComparison.Ordinal))).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
        await (await client.SendAsync("GET", next + "&modality=CT")).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async System.Threading.Tasks.Task A_long_query_whose_text_was_removed_is_410()
    {
        var first = await (await client.PostRawAsync(Path + "/_search", "_count=1&patient=p1," + new string('x', 2_000))).AsAsync<Bundle>();
        await using (var command = hospital.Store.Database.CreateCommand("delete from page_query")) await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await (await client.SendAsync("GET", first.Next()!)).AsAsync<OperationOutcome>(HttpStatusCode.Gone);
    }

    [Fact]
    public async System.Threading.Tasks.Task Twenty_thousand_values_are_searched_and_more_are_too_costly()
    {
        var ids = string.Join(',', Enumerable.Range(0, 20_000).Select(Hospital.Id));
        Assert.Equal(Hospital.Studies, (await (await client.PostRawAsync(Path + "/_search", $"_id={ids}&_summary=count")).AsAsync<Bundle>()).Total);
        var outcome = await (await client.PostRawAsync(Path + "/_search", $"_id={ids},x")).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
        Assert.Equal(OperationOutcome.IssueType.TooCostly, outcome.Issue[0].Code);
    }

    [Fact]
    public async System.Threading.Tasks.Task Head_of_a_search_has_no_body()
    {
        var response = await client.SendAsync("HEAD", Path + "?_count=1");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Content.Headers.ContentLength > 100);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async System.Threading.Tasks.Task Answers_are_compressed_for_those_who_ask()
    {
        var response = await client.SendAsync("GET", Path + "?_count=50", ("Accept-Encoding", "gzip"));
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
    }

    [Fact]
    public async System.Threading.Tasks.Task Xml_is_written_for_those_who_ask()
    {
        var response = await client.SendAsync("GET", Path + "?_count=2", ("Accept", "application/fhir+xml"));
        Assert.Equal("application/fhir+xml", response.Content.Headers.ContentType!.MediaType);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("<valueDecimal value=\"4.00\"", text, StringComparison.Ordinal);
        Assert.Equal(2, System.Xml.Linq.XDocument.Parse(text).Root!.Elements().Count(element => element.Name.LocalName == "entry"));
        var refused = await client.SendAsync("GET", Path + "?_count=a", ("Accept", "application/fhir+xml"));
        Assert.StartsWith("<OperationOutcome", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
