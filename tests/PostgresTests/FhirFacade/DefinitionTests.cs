using System.Net;
using System.Xml.Linq;
using Dicom2Fhir.PostgresTests.Indexer;
using Hl7.Fhir.Model;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>Definitions of two loaded versions of the module and of a small package, beside our own.</summary>
public sealed class DefinitionTests(DefinitionTests.Loaded loaded) : IClassFixture<DefinitionTests.Loaded>
{
    const string Module = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/";
    const string Study = Module + "StructureDefinition/mii-pr-bildgebung-bildgebungsstudie";

    HttpClient Client => loaded.Facade.Client;

    /// <summary>A site with packages, and a facade on its database.</summary>
    public sealed class Loaded(TestServer server) : IAsyncLifetime
    {
        Site? site;
        FacadeProcess? facade;

        internal FacadeProcess Facade => facade!;

        internal Site Site => site!;

        public async ValueTask InitializeAsync()
        {
            site = await Site.CreateAsync(server);
            await site.DoAsync("profiles", "add", SharedFiles.Folder("mii/bildgebung-2025.0.2-snapshots"));
            await site.DoAsync("profiles", "add", Packages.Archive(SharedFiles.Folder("mii/bildgebung-2026.0.0"), site.Files));
            site.Add("own/package.json", """{"name":"our.own","version":"1.0.0"}"""u8.ToArray());
            site.Add("parameters/package.json", """{"name":"our.parameters","version":"1.0.0"}"""u8.ToArray());
            site.Add("parameters/sp.json", """{"resourceType":"SearchParameter","id":"series-modality-contrast","url":"http://official.example/sp","version":"1.0.0","name":"Official","status":"active","description":"d","code":"official","base":["Device"],"type":"token"}"""u8.ToArray());
            site.Add("own/vs.json", """{"resourceType":"ValueSet","id":"small","url":"http://official.example/vs","version":"1.0.0","status":"active","compose":{"include":[{"system":"urn:s","concept":[{"code":"a"}]}]}}"""u8.ToArray());
            site.Add("own/ours.json", """{"resourceType":"ValueSet","id":"ours","url":"https://dicom2fhir.org/fhir/ValueSet/ours","version":"1.0.0","status":"active","compose":{"include":[{"system":"urn:s","concept":[{"code":"a"}]}]}}"""u8.ToArray());
            await site.DoAsync("profiles", "add", Path.Combine(site.Files, "own"), Path.Combine(site.Files, "parameters"));
            facade = FacadeProcess.Start([], site.Settings);
            await facade.ReadyAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (facade is not null) await facade.DisposeAsync();
            if (site is not null) await site.DisposeAsync();
        }
    }

    [Theory]
    [InlineData($"StructureDefinition?url={Study}", 2)]
    [InlineData($"StructureDefinition?url={Study}&version=2026.0.0", 1)]
    [InlineData($"StructureDefinition?url={Study}%7C2025.0.2", 1)]
    [InlineData("StructureDefinition?_id=mii-pr-bildgebung-bildgebungsstudie", 1)]
    [InlineData("StructureDefinition?url=http://hl7.org/fhir/StructureDefinition/ImagingStudy", 0)]
    [InlineData($"CodeSystem?url={Module}CodeSystem/mii-cs-bildgebung-series-type", 1)]
    [InlineData("ValueSet?url=http://official.example/vs", 1)]
    [InlineData("ValueSet?url=https://dicom2fhir.org/fhir/ValueSet/ours", 0)]
    [InlineData("OperationDefinition?_id=conformance", 1)]
    [InlineData("SearchParameter?code=official", 1)]
    [InlineData("SearchParameter?base=Device&type=token&status=active", 1)]
    [InlineData("SearchParameter?name=series", 4)]
    [InlineData("SearchParameter?code=series-modality-contrast,series-bodysite-contrast", 2)]
    [InlineData("SearchParameter?url=http://hl7.org/fhir/SearchParameter/ImagingStudy-modality", 0)]
    public async Task They_are_found_by_canonical_id_and_version(string query, int expected)
    {
        var bundle = await Client.SearchAsync("/fhir/" + query);
        Assert.Equal((expected, expected), (bundle.Total, bundle.Entry.Count));
        Assert.Distinct(bundle.Entry.Select(entry => entry.FullUrl));
        Assert.Equal(expected, (await Client.SearchAsync($"/fhir/{query}&_summary=count")).Total);
    }

    [Fact]
    public async Task They_are_read_as_published_each_version_under_its_own_id()
    {
        var file = await File.ReadAllTextAsync(Path.Combine(SharedFiles.Folder("mii/bildgebung-2026.0.0"), "StructureDefinition-mii-pr-bildgebung-bildgebungsstudie.json"), TestContext.Current.CancellationToken);
        using var answer = await Client.SendAsync("GET", "/fhir/StructureDefinition/mii-pr-bildgebung-bildgebungsstudie");
        Assert.Equal(file, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        var versions = await Client.SearchAsync($"/fhir/StructureDefinition?url={Study}&_elements=version,url");
        Assert.Equal(["2025.0.2", "2026.0.0"], versions.Entry.Select(entry => ((StructureDefinition)entry.Resource!).Version));
        foreach (var entry in versions.Entry)
        {
            var read = await (await Client.SendAsync("GET", new Uri(entry.FullUrl!).PathAndQuery)).AsAsync<StructureDefinition>();
            Assert.Equal((entry.Resource!.Id, ((StructureDefinition)entry.Resource).Version), (read.Id, read.Version));
        }

        // the published parameter has the id of ours: ours keeps it
        var ours = await (await Client.SendAsync("GET", "/fhir/SearchParameter/series-modality-contrast")).AsAsync<SearchParameter>();
        Assert.StartsWith("https://dicom2fhir.org/", ours.Url, StringComparison.Ordinal);
        var official = Assert.Single((await Client.SearchAsync("/fhir/SearchParameter?url=http://official.example/sp")).Entry).Resource!;
        Assert.Equal("series-modality-contrast-1.0.0", official.Id);
    }

    [Fact]
    public async Task All_are_paged_once_each()
    {
        var (ids, pages) = (new List<string>(), 0);
        for (var path = "/fhir/StructureDefinition?_count=20&_elements=url,version"; path is not null; pages++)
        {
            var page = await Client.SearchAsync(path);
            Assert.Equal(46, page.Total);
            Assert.InRange(page.Entry.Count, 1, 20);
            ids.AddRange(page.Entry.Select(entry => entry.Resource!.Id!));
            path = page.Next();
        }

        Assert.InRange(pages, 3, 46);
        Assert.Equal(46, ids.Distinct().Count());
        Assert.Equal(46, ids.Count);
    }

    [Theory]
    [InlineData("StructureDefinition/none", HttpStatusCode.NotFound)]
    [InlineData("StructureDefinition?kind=resource", HttpStatusCode.BadRequest)]
    [InlineData("StructureDefinition?__page=x", HttpStatusCode.BadRequest)]
    [InlineData("SearchParameter?colour=red", HttpStatusCode.BadRequest)]
    [InlineData("ValueSet/small?x=1", HttpStatusCode.BadRequest)]
    public async Task What_is_not_there_or_not_offered_is_refused(string path, HttpStatusCode status) =>
        await (await Client.SendAsync("GET", "/fhir/" + path)).AsAsync<OperationOutcome>(status);

    [Fact]
    public async Task What_is_unknown_is_ignored_with_a_warning_where_that_is_preferred()
    {
        using var answer = await Client.SendAsync("GET", "/fhir/OperationDefinition?kind=operation", ("Prefer", "handling=lenient"));
        var bundle = await answer.AsAsync<Bundle>();

        Assert.Equal("handling=lenient", Assert.Single(answer.Headers.GetValues("Preference-Applied")));
        Assert.Equal((1, 2), (bundle.Total, bundle.Entry.Count));
        Assert.Contains("'kind'", Assert.IsType<OperationOutcome>(bundle.Entry[1].Resource).Issue[0].Diagnostics, StringComparison.Ordinal);
        Assert.DoesNotContain("kind", bundle.Link.Single(link => link.Relation == "self").Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_is_written_in_the_format_of_its_search()
    {
        var first = await (await Client.SendAsync("GET", "/fhir/CodeSystem?_count=1&_format=xml")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        XNamespace fhir = "http://hl7.org/fhir";
        var next = XDocument.Parse(first).Root!.Elements(fhir + "link").Single(link => link.Element(fhir + "relation")!.Attribute("value")!.Value == "next").Element(fhir + "url")!.Attribute("value")!.Value;
        using var page = await Client.SendAsync("GET", next);

        Assert.Equal("application/fhir+xml", page.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_package_without_definitions_is_refused()
    {
        loaded.Site.Add("empty/patient.json", """{"resourceType":"Patient","id":"p"}"""u8.ToArray());
        var refused = await loaded.Site.RunAsync("profiles", "add", Path.Combine(loaded.Site.Files, "empty"));

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("no definition that can be used", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_link_of_other_packages_has_expired_and_one_of_another_type_is_none()
    {
        var next = (await Client.SearchAsync("/fhir/StructureDefinition?_count=1")).Next()!;
        await (await Client.SendAsync("GET", next.Replace("/StructureDefinition?", "/ValueSet?", StringComparison.Ordinal))).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
        await (await Client.SendAsync("GET", next + "&url=x")).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
        Assert.NotEmpty((await Client.SearchAsync(next + "&_pretty=true")).Entry);

        await loaded.Site.DoAsync("profiles", "add", Path.Combine(loaded.Site.Files, "parameters"));     // the same again is a replacement
        await (await Client.SendAsync("GET", next)).AsAsync<OperationOutcome>(HttpStatusCode.Gone);
    }
}
