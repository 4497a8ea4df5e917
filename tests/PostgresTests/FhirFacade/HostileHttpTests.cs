using System.IO.Compression;
using System.Net;
using System.Text;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>What no honest client sends, against the real process: an OperationOutcome with the right status, and the process well afterwards.</summary>
public sealed class HostileHttpTests(Hospital hospital) : IClassFixture<Hospital>
{
    const string Search = "POST /fhir/ImagingStudy/_search HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n";

    readonly HttpClient client = hospital.Client;

    public static TheoryData<string, int> Lines => new()
    {
        { $"GET /fhir/ImagingStudy?_id={new string('a', 70_000)} HTTP/1.1\r\nHost: x\r\n\r\n", 414 },
        { $"GET /fhir/ImagingStudy?_id={new string('a', 3_000_000)} HTTP/1.1\r\nHost: x\r\n\r\n", 414 },
        { $"GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nX-Large: {new string('a', 70_000)}\r\n\r\n", 431 },
        { $"GET /fhir/metadata HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Repeat("X-Many: a\r\n", 200))}\r\n", 431 },
        { "GET /fhir/ImagingStudy?description=Schädel HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
        { "GET /fhir/metadata HTTP/1.1\r\n\r\n", 400 },
        { "GET /fhir/metadata HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400 },
        { "GET /fhir/metadata HTTP/1.1\r\nHost: a b\r\n\r\n", 400 },
        { "GET /fhir/metadata HTTP/9.9\r\nHost: x\r\n\r\n", 505 },
        { "rubbish\r\n\r\n", 400 },
        { "\u0016\u0003\u0001\u0002 a TLS client\r\n\r\n", 400 },
        { "GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nX-Line: a\rFAKE\r\n\r\n", 400 },
        { $"{Search}Content-Length: nonsense\r\n\r\n", 400 },
        { $"{Search}Content-Length: -1\r\n\r\n", 400 },
        { $"{Search}Transfer-Encoding: chunked\r\n\r\nZZ\r\n", 400 },
        { $"{Search}Content-Length: 9000000\r\n\r\n", 413 },
        { "POST /fhir HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/fhir+json\r\nContent-Length: 99999999999\r\n\r\n", 413 },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public async System.Threading.Tasks.Task What_the_web_server_refuses_is_an_outcome(string request, int status)
    {
        var answer = await RawHttp.AskAsync(hospital.Facade.Port, request);
        Assert.True(answer.Status == status, $"{answer.Status} instead of {status}: {answer.Head}\n{answer.Text}");
        Assert.Contains("Content-Type: application/fhir+json", answer.Head, StringComparison.Ordinal);
        Assert.Single(Answers.Read<OperationOutcome>(answer.Text).Issue);
        await IsWellAsync();
    }

    [Fact]
    public async System.Threading.Tasks.Task A_chunked_body_without_an_end_is_413()
    {
        var chunk = Encoding.ASCII.GetBytes("100000\r\n" + new string('a', 0x100000) + "\r\n");
        var answer = await RawHttp.AskAsync(hospital.Facade.Port, $"{Search}Transfer-Encoding: chunked\r\n\r\n", [.. Enumerable.Repeat(chunk, 12).SelectMany(bytes => bytes)]);
        Assert.Equal(413, answer.Status);
        Answers.Read<OperationOutcome>(answer.Text);
    }

    [Fact]
    public async System.Threading.Tasks.Task A_body_that_stops_is_408_and_headers_that_stop_are_too()
    {
        using var body = await RawHttp.ConnectAsync(hospital.Facade.Port);
        using var head = await RawHttp.ConnectAsync(hospital.Facade.Port);
        await body.SendAsync($"{Search}Content-Length: 1000\r\n\r\nmodality=");
        await head.SendAsync("GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nX-Slow");
        var (slowBody, slowHead) = (await body.ReadToEndAsync(), await head.ReadToEndAsync());
        Assert.Equal((408, 408), (slowBody.Status, slowHead.Status));
        Answers.Read<OperationOutcome>(slowBody.Text);
        Answers.Read<OperationOutcome>(slowHead.Text);
        Assert.True(slowBody.After < TimeSpan.FromSeconds(30) && slowHead.After < TimeSpan.FromSeconds(30), $"{slowBody.After} {slowHead.After}");
    }

    [Theory]
    [InlineData("modality", "CT")]
    [InlineData("_elements", "id")]
    [InlineData("colour", "red")]
    [InlineData("_format", "json")]
    [InlineData("modality", "")]
    public async System.Threading.Tasks.Task Ten_thousand_parameters_are_too_costly(string name, string value)
    {
        var outcome = await (await client.PostRawAsync("/fhir/ImagingStudy/_search", string.Join('&', Enumerable.Repeat($"{name}={value}", 10_000)))).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
        Assert.Equal(OperationOutcome.IssueType.TooCostly, outcome.Issue[0].Code);
    }

    [Theory]
    [InlineData("modality={0}&_summary=count", 200)]
    [InlineData("identifier={0}|{0}&_summary=count", 200)]
    [InlineData("patient={0}&_count=1", 200)]
    [InlineData("_profile:below={0}&_count=1", 200)]
    [InlineData("started={0}", 400)]
    [InlineData("modality:{0}=CT", 400)]
    [InlineData("{0}=CT", 400)]
    [InlineData("_elements={0}&_count=1", 200)]
    [InlineData("_count={0}", 400)]
    [InlineData("_format={0}", 406)]
    [InlineData("__page={0}", 400)]
    public async System.Threading.Tasks.Task Values_and_names_of_a_megabyte_are_searched_or_refused_in_short_words(string form, int status)
    {
        var answer = await client.PostRawAsync("/fhir/ImagingStudy/_search", form.Replace("{0}", new string('y', 1024 * 1024), StringComparison.Ordinal));
        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 200) Assert.True((await answer.AsAsync<Bundle>()).Total is null or 0 || form.StartsWith("_elements", StringComparison.Ordinal));
        else Assert.True((await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length < 5_000);
    }

    [Fact]
    public async System.Threading.Tasks.Task A_gzip_bomb_is_refused_unopened()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(new byte[300_000_000]);
        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded");
        content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
        var answer = await client.PostAsync("/fhir/ImagingStudy/_search", content, TestContext.Current.CancellationToken);
        await answer.AsAsync<OperationOutcome>(HttpStatusCode.UnsupportedMediaType);
        Assert.Equal("identity", answer.Headers.NonValidated["Accept-Encoding"].ToString());
    }

    [Theory]
    [InlineData("application/fhir+json", "[", "]", 400)]
    [InlineData("application/fhir+json", "{\"a\":", "}", 400)]
    [InlineData("application/fhir+xml", "<a>", "</a>", 415)]
    public async System.Threading.Tasks.Task Deep_bodies_are_refused(string type, string open, string close, int status)
    {
        using var content = new StringContent(string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000)), Encoding.UTF8, type);
        await (await client.PostAsync("/fhir", content, TestContext.Current.CancellationToken)).AsAsync<OperationOutcome>((HttpStatusCode)status);
    }

    [Fact]
    public async System.Threading.Tasks.Task Forged_page_links_are_400_whatever_was_changed()
    {
        var next = (await client.SearchAsync("/fhir/ImagingStudy?_count=1")).Next()!;
        var token = next[(next.IndexOf("__page=", StringComparison.Ordinal) + 7)..];
        var random = new Random(20261125);
        for (var times = 0; times < 300; times++)
        {
            var forged = token.ToCharArray();
            var at = random.Next(forged.Length);
            forged[at] = forged[at] == 'A' ? 'B' : 'A';
            var text = times % 3 == 0 ? new string(forged)[..random.Next(forged.Length)] : new string(forged);
            await (await client.SendAsync("GET", next.Replace(token, text, StringComparison.Ordinal))).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async System.Threading.Tasks.Task Nothing_that_is_sent_reaches_the_log()
    {
        const string Line = "%0d%0aFAKE%20entry%1b[31m";
        foreach (var path in new[] { $"/fhir/ImagingStudy?{Line}=1", $"/fhir/ImagingStudy?modality={Line}", $"/fhir/{Line}", $"/fhir/ImagingStudy/{Line}", $"/{Line}", $"/fhir/ImagingStudy?__page={Line}" })
        {
            await client.SendAsync("GET", path, ("User-Agent", "FAKE"), ("X-Request-Id", "FAKE"));
        }

        Assert.DoesNotContain("FAKE", hospital.Facade.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async System.Threading.Tasks.Task Markup_in_values_stays_text()
    {
        const string Script = "<script>alert(1)</script>";
        await hospital.WriteAsync([Hospital.Study("markup1", "PT", "markup").Replace("\"status\":", $"\"description\":\"{Script}\",\"status\":", StringComparison.Ordinal)]);
        foreach (var path in new[] { "/fhir/ImagingStudy/markup1", "/fhir/ImagingStudy/markup1?_format=xml", $"/fhir/ImagingStudy?{Uri.EscapeDataString(Script)}=1", $"/fhir/{Uri.EscapeDataString(Script)}/1" })
        {
            var answer = await client.SendAsync("GET", path, ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"));
            Assert.StartsWith("application/fhir+", answer.Content.Headers.ContentType!.MediaType, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Contains("sandbox", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NotAcceptable, (await client.SendAsync("GET", "/fhir/ImagingStudy/markup1?_format=html")).StatusCode);
    }

    async System.Threading.Tasks.Task IsWellAsync() => Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("GET", "/livez")).StatusCode);
}
