using System.Net;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>Searches over the base and in a compartment, order, and what comes along.</summary>
public sealed class ScopeTests(ScopeTests.Ward ward) : IClassFixture<ScopeTests.Ward>
{
    /// <summary>The studies of the hospital, and three Devices of which studies x0 to x29 name one each.</summary>
    public sealed class Ward : IAsyncLifetime
    {
        public Hospital Hospital { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await Hospital.InitializeAsync();
            await Hospital.WriteAsync(Enumerable.Range(0, 3).Select(number => $$"""{"resourceType":"Device","id":"d{{number}}","manufacturer":"Acme {{number}}"}"""));
            await Hospital.WriteAsync(Enumerable.Range(0, 30).Select(number => Hospital.Study($"x{number}", "NM", "ward")
                .Replace("\"started\":\"2024-03-05", $"\"started\":\"2023-01-{30 - number:00}", StringComparison.Ordinal)
                .Replace("\"bodySite\":", $"\"performer\":[{{\"actor\":{{\"reference\":\"Device/d{number % 3}\"}}}}],\"bodySite\":", StringComparison.Ordinal)));
        }

        public ValueTask DisposeAsync() => Hospital.DisposeAsync();
    }

    readonly HttpClient client = ward.Hospital.Client;

    [Theory]
    [InlineData("/fhir?_type=ImagingStudy,Device&_count=400&_total=accurate", Hospital.Studies + 33)]
    [InlineData("/fhir/?_type=Device", 3)]
    [InlineData("/fhir?_id=d1,x1,s1", 3)]
    public async System.Threading.Tasks.Task A_search_over_the_base_finds_all_types(string path, int expected)
    {
        var pages = await client.DrainAsync(await client.SearchAsync(path));
        Assert.Equal(expected, pages[0].Total);
        Assert.Equal(expected, pages.SelectMany(page => page.Entry).Select(entry => entry.FullUrl).Distinct().Count());
        Assert.All(pages.SelectMany(page => page.Entry), entry => Assert.Equal($"{client.BaseAddress}fhir/{entry.Resource!.TypeName}/{entry.Resource.Id}", entry.FullUrl));
        Assert.All(pages.Where(page => page.Next() is not null), page => Assert.Matches(@"\Ahttp://127\.0\.0\.1:\d+/fhir\?__page=[A-Za-z0-9._~-]+\z", page.Next()));
    }

    [Fact]
    public async System.Threading.Tasks.Task The_base_is_searched_by_form_too() =>
        Assert.Equal(3, (await (await client.PostRawAsync("/fhir/_search", "_type=Device&_summary=count")).AsAsync<Bundle>()).Total);

    [Theory]
    [InlineData("GET", "/fhir/Patient/ward/ImagingStudy?_count=7")]
    [InlineData("POST", "/fhir/Patient/ward/ImagingStudy/_search")]
    public async System.Threading.Tasks.Task A_compartment_is_all_of_one_patient_and_its_page_links_name_nobody(string method, string path)
    {
        var first = method == "GET" ? await client.SearchAsync(path) : await (await client.PostRawAsync(path, "_count=7&modality=NM")).AsAsync<Bundle>();
        Assert.Contains("/Patient/ward/ImagingStudy?", first.Link.Single(link => link.Relation == "self").Url, StringComparison.Ordinal);
        var pages = await client.DrainAsync(first);
        Assert.Equal(Enumerable.Range(0, 30).Select(number => $"x{number}").Order(StringComparer.Ordinal), pages.SelectMany(page => page.Ids()).Order(StringComparer.Ordinal));
        Assert.All(pages.Where(page => page.Next() is not null), page => Assert.DoesNotContain("ward", page.Next()!, StringComparison.Ordinal));
        Assert.Equal(0, (await client.SearchAsync("/fhir/Patient/nobody/ImagingStudy")).Total);
    }

    [Theory]
    [InlineData("_sort=started")]
    [InlineData("_sort=-started")]
    public async System.Threading.Tasks.Task Pages_keep_the_order(string sort)
    {
        var pages = await client.DrainAsync(await client.SearchAsync($"/fhir/ImagingStudy?modality=NM&_count=4&{sort}"));
        var expected = Enumerable.Range(0, 30).Select(number => $"x{number}");
        Assert.Equal(sort.Contains('-', StringComparison.Ordinal) ? expected : expected.Reverse(), pages.SelectMany(page => page.Ids()));
        Assert.Contains(sort, pages[0].Link[0].Url!, StringComparison.Ordinal);
    }

    [Fact]
    public async System.Threading.Tasks.Task Included_resources_come_once_a_page_and_do_not_count()
    {
        var pages = await client.DrainAsync(await client.SearchAsync("/fhir/ImagingStudy?modality=NM&_count=10&_include=ImagingStudy:performer&_elements=subject"));
        Assert.Equal(3, pages.Count);
        foreach (var page in pages)
        {
            Assert.Equal(30, page.Total);
            Assert.Equal(10, page.Entry.Count(entry => entry.Search!.Mode == Bundle.SearchEntryMode.Match));
            var devices = page.Entry.Where(entry => entry.Search!.Mode == Bundle.SearchEntryMode.Include).Select(entry => (Device)entry.Resource!).ToList();
            Assert.Equal(["d0", "d1", "d2"], devices.Select(device => device.Id).Order());
            Assert.All(devices, device => Assert.StartsWith("Acme", device.Manufacturer, StringComparison.Ordinal));
        }

        var reverse = await client.SearchAsync("/fhir/Device?_id=d1&_revinclude=ImagingStudy:performer");
        Assert.Equal((1, 10), (reverse.Total, reverse.Entry.Count(entry => entry.Search!.Mode == Bundle.SearchEntryMode.Include)));
    }

    [Theory]
    [InlineData("/fhir/ImagingStudy?_include:iterate=ImagingStudy:performer", HttpStatusCode.BadRequest)]
    [InlineData("/fhir/ImagingStudy?_include=ImagingStudy:performer&_summary=text", HttpStatusCode.BadRequest)]
    [InlineData("/fhir/ImagingStudy?_include=performer", HttpStatusCode.BadRequest)]
    [InlineData("/fhir/ImagingStudy?_sort=modality-body-site", HttpStatusCode.BadRequest)]
    [InlineData("/fhir/ImagingStudy?contrast-bolus-details.code=x", HttpStatusCode.BadRequest)]
    [InlineData("/fhir/ImagingStudy?__patient=ward", HttpStatusCode.BadRequest)]
    public async System.Threading.Tasks.Task What_is_not_offered_is_refused(string path, HttpStatusCode status) =>
        await (await client.SendAsync("GET", path)).AsAsync<OperationOutcome>(status);

    [Fact]
    public async System.Threading.Tasks.Task A_page_link_belongs_to_its_path()
    {
        var next = (await client.SearchAsync("/fhir/Patient/ward/ImagingStudy?_count=7")).Next()!;
        await (await client.SendAsync("GET", next.Replace("/ImagingStudy?", "?", StringComparison.Ordinal))).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
        await (await client.SendAsync("GET", next.Replace("/ImagingStudy?", "/Device?", StringComparison.Ordinal))).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async System.Threading.Tasks.Task Our_own_parameters_are_served_where_their_users_look()
    {
        var bundle = await client.SearchAsync("/fhir/SearchParameter?code=series-modality-contrast");
        var read = await (await client.SendAsync("GET", $"/fhir/SearchParameter/{bundle.Entry.Single().Resource!.Id}")).AsAsync<SearchParameter>();
        Assert.Equal("https://dicom2fhir.org/fhir/SearchParameter/series-modality-contrast", read.Url);
    }
}
