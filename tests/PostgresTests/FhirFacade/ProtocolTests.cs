using System.Net;
using System.Text;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

public sealed class ProtocolTests(Hospital hospital) : IClassFixture<Hospital>
{
    readonly HttpClient client = hospital.Client;

    [Theory]
    [InlineData("/fhir/ImagingStudy/s5")]
    [InlineData("/fhir/ImagingStudy?modality=CT&_count=3&_total=none")]
    [InlineData("/fhir/metadata")]
    [InlineData("/fhir/ImagingStudy/nobody")]
    [InlineData("/fhir/ImagingStudy?colour=red")]
    public async System.Threading.Tasks.Task Head_is_get_without_the_body(string path)
    {
        var get = await client.SendAsync("GET", path);
        var head = await client.SendAsync("HEAD", path);
        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Named(get), Named(head));

        static string Named(HttpResponseMessage answer) => string.Join('\n', answer.Headers.Concat(answer.Content.Headers)
            .Where(header => header.Key is not ("Date" or "X-Request-ID")).OrderBy(header => header.Key).Select(header => $"{header.Key}: {string.Join(", ", header.Value)}"));
    }

    [Theory]
    [InlineData("GET", "/fhir/ImagingStudy?modality=CT&_count=1", "gzip")]
    [InlineData("GET", "/fhir/metadata", "gzip")]
    [InlineData("GET", "/fhir/ImagingStudy/s5", "br")]
    [InlineData("GET", "/fhir/metadata?_format=xml", "gzip")]
    public async System.Threading.Tasks.Task Answers_are_compressed_and_say_so(string method, string path, string coding)
    {
        var plain = await client.SendAsync(method, path);
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        var packed = await client.SendAsync(method, path, ("Accept-Encoding", coding));
        Assert.Equal([coding], packed.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", string.Join(", ", packed.Headers.Vary), StringComparison.Ordinal);
        Assert.True((await packed.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length < (await plain.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async System.Threading.Tasks.Task Scripts_of_other_origins_may_ask()
    {
        var answer = await client.SendAsync("GET", "/fhir/ImagingStudy/s5", ("Origin", "https://portal.example"));
        Assert.Equal(["*"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Contains("ETag", string.Join(',', answer.Headers.GetValues("Access-Control-Expose-Headers")), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
        var error = await client.SendAsync("GET", "/fhir/ImagingStudy?colour=red", ("Origin", "https://portal.example"));
        Assert.Equal((HttpStatusCode.BadRequest, "*"), (error.StatusCode, Assert.Single(error.Headers.GetValues("Access-Control-Allow-Origin"))));

        var preflight = await client.SendAsync("OPTIONS", "/fhir/ImagingStudy/_search", ("Origin", "https://portal.example"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type,prefer"));
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal("content-type,prefer", Assert.Single(preflight.Headers.GetValues("Access-Control-Allow-Headers")), ignoreCase: true);
        Assert.Contains("POST", string.Join(',', preflight.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("handling=strict", HttpStatusCode.OK, "modality=CT", "handling=strict")]
    [InlineData("handling=lenient", HttpStatusCode.OK, "modality=CT&colour=red", "handling=lenient")]
    [InlineData("return=minimal, handling=lenient", HttpStatusCode.OK, "modality=CT", "handling=lenient")]
    [InlineData("handling=kind", HttpStatusCode.OK, "modality=CT", null)]
    [InlineData("return=minimal", HttpStatusCode.OK, "modality=CT", null)]
    [InlineData("handling=kind", HttpStatusCode.BadRequest, "colour=red", null)]
    public async System.Threading.Tasks.Task What_was_preferred_is_confirmed(string prefer, HttpStatusCode status, string query, string? applied)
    {
        var answer = await client.SendAsync("GET", "/fhir/ImagingStudy?_count=1&" + query, ("Prefer", prefer));
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(applied, answer.Headers.TryGetValues("Preference-Applied", out var values) ? Assert.Single(values) : null);
    }

    [Fact]
    public async System.Threading.Tasks.Task The_form_says_the_format_too()
    {
        var xml = await client.PostRawAsync("/fhir/ImagingStudy/_search", "_count=1&_format=xml");
        Assert.Equal("application/fhir+xml", xml.Content.Headers.ContentType!.MediaType);
        var pretty = await (await client.PostRawAsync("/fhir/ImagingStudy/_search", "_count=1&_pretty=true")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("{\n", pretty, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotAcceptable, (await client.PostRawAsync("/fhir/ImagingStudy/_search", "_count=1&_format=ttl")).StatusCode);
    }

    [Fact]
    public async System.Threading.Tasks.Task Pages_keep_the_format_and_the_count_of_the_first()
    {
        var first = await client.SendAsync("GET", "/fhir/ImagingStudy?_format=xml&_count=2&_pretty=true");
        var next = System.Xml.Linq.XDocument.Parse(await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Root!
            .Elements().Where(link => link.Name.LocalName == "link").Select(link => link.Elements().ToDictionary(part => part.Name.LocalName, part => part.Attribute("value")!.Value))
            .Single(link => link["relation"] == "next")["url"];
        var second = await client.SendAsync("GET", next);
        Assert.Equal("application/fhir+xml", second.Content.Headers.ContentType!.MediaType);
        Assert.Equal(2, System.Xml.Linq.XDocument.Parse(await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Root!.Elements().Count(element => element.Name.LocalName == "entry"));
        Assert.Equal("application/fhir+json", (await client.SendAsync("GET", next + "&_format=json")).Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async System.Threading.Tasks.Task Caches_ask_again_with_the_version_and_never_keep_a_search()
    {
        Assert.Equal("no-cache, private", Sorted(await client.SendAsync("GET", "/fhir/ImagingStudy/s5")));
        Assert.Equal("no-cache, private", Sorted(await client.SendAsync("GET", "/fhir/metadata")));
        Assert.Equal("no-store", Sorted(await client.SendAsync("GET", "/fhir/ImagingStudy?_count=1")));
        Assert.Equal("no-store", Sorted(await client.SendAsync("GET", "/fhir/ImagingStudy/nobody")));

        static string Sorted(HttpResponseMessage answer) => string.Join(", ", answer.Headers.CacheControl!.ToString().Split(", ").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async System.Threading.Tasks.Task A_304_has_the_version_and_no_body()
    {
        var answer = await client.SendAsync("GET", "/fhir/ImagingStudy/s5", ("If-None-Match", "W/\"1\""));
        Assert.Equal((HttpStatusCode.NotModified, "W/\"1\""), (answer.StatusCode, answer.Headers.ETag!.ToString()));
        Assert.Null(answer.Content.Headers.ContentType);
    }

    [Theory]
    [InlineData("utf-8", "ä")]
    [InlineData("UTF-8", "ä")]
    [InlineData("iso-8859-1", "ä")]
    public async System.Threading.Tasks.Task The_charset_of_a_form_is_heeded(string charset, string value)
    {
        using var content = new ByteArrayContent(Encoding.GetEncoding(charset).GetBytes("_summary=count&identifier=" + value));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded; charset=" + charset);
        var bundle = await (await client.PostAsync("/fhir/ImagingStudy/_search", content, TestContext.Current.CancellationToken)).AsAsync<Bundle>();
        Assert.EndsWith("identifier=%C3%A4&_summary=count", bundle.Link.Single().Url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", "total")]
    [InlineData("estimate", "")]
    [InlineData("accurate", "")]
    public async System.Threading.Tasks.Task Totals_are_given_as_asked(string total, string missing)
    {
        var bundle = await client.SearchAsync($"/fhir/ImagingStudy?patient=p7&_count=5&_total={total}");
        Assert.Equal(missing.Length == 0 && total == "accurate" ? 12 : null, total == "accurate" ? bundle.Total : null);
        if (missing.Length > 0) Assert.Null(bundle.Total);
    }
}
