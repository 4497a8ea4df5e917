using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Dicom2Fhir.PostgresTests.FhirFacade;
using Dicom2Fhir.PostgresTests.Indexer;
using Dicom2Fhir.UnitTests.Indexer.Pseudonyms;

namespace Dicom2Fhir.PostgresTests.Identity;

/// <summary>
/// Nobody is identified: files full of canaries are indexed, and no canary is in the database, in any output, log, metric or error answer, in a
/// temporary file or a process argument, in any encoding. The search is first held against a database that was filled without protection.
/// </summary>
public sealed class CanaryTests(TestServer server) : IAsyncLifetime
{
    // No JSON, no FHIR, against a profile, and against the policy, each with the canary where a message might quote it.
    static readonly string[] RefusedJson =
    [
        """{"resourceType":"Device","id":"a","note":[{"text":"CANARY" """,
        "CANARY",
        """{"resourceType":"CANARY","id":"a"}""",
        """{"resourceType":"Device","CANARY":1,"id":"a"}""",
        """{"resourceType":"Device","id":"a CANARY"}""",
        """{"resourceType":"Device","id":"a","status":"CANARY"}""",
        """{"resourceType":"Device","id":"a","manufactureDate":"CANARY"}""",
        """{"resourceType":"Device","id":"a","patient":"CANARY"}""",
        """{"resourceType":"Patient","id":"a","name":[{"family":"CANARY"}],"birthDate":"1948-02-29"}""",
        """{"resourceType":"Patient","id":"a","contact":[{"name":{"text":"CANARY"}}]}""",
        """{"resourceType":"Observation","id":"a","contained":[{"resourceType":"Patient","id":"CANARY","name":[{"text":"CANARY"}]}],"status":"final","code":{"text":"x"}}""",
        """{"resourceType":"Observation","id":"a","status":"final","code":{"text":"CANARY"},"component":[{"valueString":"CANARY"}]}""",
        """{"resourceType":"ImagingStudy","id":"a","meta":{"profile":["https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-pr-bildgebung-bildgebungsstudie|2026.0.0"]},"status":"available","subject":{"display":"CANARY"},"modality":[{"system":"urn:CANARY","code":"CANARY"}]}""",
        """{"resourceType":"Practitioner","id":"a","name":[{"family":"CANARY"}]}""",
        """{"id":"CANARY"}""",
    ];

    readonly string temporary = TestServer.CreateFolder("d2f-canary-");
    Site site = null!;
    FakeGateway gateway = null!;
    CanaryHeader[] headers = [];

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    IEnumerable<string> All => headers.SelectMany(header => header.Canaries.Concat(header.UnreadCanaries)).Concat(CanaryHeader.InTexts);

    public async ValueTask InitializeAsync()
    {
        site = await Site.CreateAsync(server);
        gateway = await FakeGateway.StartAsync();
        site.Settings["TMPDIR"] = temporary;
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await site.DisposeAsync();
        Directory.Delete(temporary, recursive: true);
    }

    [Fact]
    public async Task Without_protection_every_canary_is_found()
    {
        Write(unreadInTexts: true);
        await InProcess.IndexAsync(site, isProtected: false);

        var found = (await SearchDatabaseAsync()).ToList();
        Assert.All(All.Distinct(), canary => Assert.Contains(found, one => one.StartsWith($"{canary} as plain text in ", StringComparison.Ordinal)));
        Assert.Contains(found, one => one.EndsWith(" in intake.series.attributes", StringComparison.Ordinal));
        Assert.Contains(found, one => one.EndsWith(" in public.resource.document", StringComparison.Ordinal));
        Assert.Contains(found, one => one.EndsWith(" in intake.input.name", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_encoding_is_found_in_text_and_in_bytes()
    {
        const string canary = "Qxörtlich";
        foreach (var (name, bytes) in CanarySearch.Encodings(canary))
        {
            await site.ExecuteAsync($"insert into setting (name, value) values ('planted {Guid.NewGuid()}', '\\x{Convert.ToHexString([1, 2, .. bytes, 3])}')");
            if (name is not ("ISO 8859-1" or "UTF-16" or "SHA-256"))
            {
                await site.ExecuteAsync($"insert into intake.finding (study_uid, code, severity, place, text) values ('1', 'x', 1, 'x', 'x{Encoding.UTF8.GetString(bytes)}y')");
            }

            var found = (await SearchDatabaseAsync(canary)).ToList();
            Assert.Contains($"{canary} as {name} in public.setting.value", found);
            if (name is not ("ISO 8859-1" or "UTF-16" or "SHA-256")) Assert.Contains($"{canary} as {name} in intake.finding.text", found);
        }
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("file")]
    [InlineData("gpas")]
    [InlineData("vfps")]
    public async Task With_protection_none_is_in_the_database_and_the_log(string strategy)
    {
        Write(unreadInTexts: false);
        Configure(strategy);
        var log = await InProcess.IndexAsync(site);
        Assert.Equal(4, await InProcess.CountAsync(site, "stored"));
        Assert.Empty(await SearchDatabaseAsync());
        Assert.Empty(new CanarySearch(All).Find("the log", log));
    }

    [Fact]
    public async Task With_protection_none_is_found_anywhere()
    {
        Write(unreadInTexts: false);
        Configure("hmac");
        var outputs = new List<(string Place, string Text)>();
        var arguments = new ConcurrentBag<string>();
        using (var watching = new CancellationTokenSource())
        {
            var watch = WatchArgumentsAsync(arguments, watching.Token);
            await RunAsync(outputs, 0, "index", site.Files, "--json");
            await watching.CancelAsync();
            await watch;
        }

        Assert.Contains("\"stored\":4", outputs[0].Text, StringComparison.Ordinal);
        await RunAsync(outputs, 0, "status", "--inputs");
        await RunAsync(outputs, 0, "report", "--json");
        await RunAsync(outputs, 0, "remap");
        outputs.AddRange(await AskFacadeAsync());

        Assert.Empty(await SearchDatabaseAsync());
        var search = new CanarySearch(All);
        Assert.Empty(outputs.SelectMany(output => search.Find(output.Place, output.Text)));
        Assert.Empty(arguments.SelectMany(line => search.Find("process arguments", line)));
        Assert.Contains(arguments, line => line.Contains("Dicom2Fhir.Indexer.dll", StringComparison.Ordinal));
        Assert.Empty(search.FindInFiles(temporary));
        Assert.Empty(search.FindInFiles(site.Settings["Data__Folder"]));
    }

    [Fact]
    public async Task Refused_imports_leave_nothing()
    {
        Write(unreadInTexts: false);
        Configure("hmac");
        var canary = headers[0].Canaries[0];
        var file = site.Add($"{canary}/{headers[0].Canaries[2]}.ndjson", Encoding.UTF8.GetBytes(string.Join('\n', Refused(canary))));
        var bundle = site.Add($"{canary}/{headers[0].Canaries[2]}.json", Encoding.UTF8.GetBytes($$"""{"resourceType":"Bundle","type":"collection","entry":[{{string.Join(',', Refused(canary).Skip(2).Select(json => $$"""{"fullUrl":"urn:{{canary}}","resource":{{json}}}"""))}}]}"""));
        var outputs = new List<(string Place, string Text)>();
        await RunAsync(outputs, 0, "import", file, bundle, "--json");
        Assert.Contains("\"stored\":0", outputs[0].Text, StringComparison.Ordinal);
        await RunAsync(outputs, 0, "status", "--inputs");
        await RunAsync(outputs, 0, "verify");

        Assert.Empty(await SearchDatabaseAsync());
        Assert.Empty(outputs.SelectMany(output => new CanarySearch(All).Find(output.Place, output.Text)));
        Assert.Empty(new CanarySearch(All).FindInFiles(temporary));
    }

    static IEnumerable<string> Refused(string canary) => RefusedJson.Select(json => json.Replace("CANARY", canary, StringComparison.Ordinal));

    void Configure(string strategy)
    {
        site.Settings["Ledger__Names"] = "hash";
        site.Settings["Pseudonyms__Strategy"] = strategy;
        site.Settings["Pseudonyms__Issuers"] = "*";
        site.Settings["Pseudonyms__System"] = "https://klinik.example/pid";
        site.Settings["Pseudonyms__Url"] = gateway.Url.ToString();
        site.Settings["Pseudonyms__Domain"] = "domain";
        var patients = headers.Select(header => header.Canaries[0]).ToArray();
        site.Settings["Pseudonyms__File"] = Path.Combine(Directory.CreateDirectory(Path.Combine(site.Files, "map")).FullName, "map.csv");
        File.WriteAllLines(site.Settings["Pseudonyms__File"], patients.Select((patient, i) => $"{patient},psn-{i}"));
        gateway.Answer = (context, asked) => FakeGateway.WriteAsync(
            context,
            asked[0].Name == "target"
                ? asked.Skip(1).Select(one => FakeGateway.Pseudonym(one.Value, $"psn-{Array.IndexOf(patients, one.Value)}"))
                : [new { name = "pseudonymValue", valueString = $"psn-{Array.IndexOf(patients, asked[1].Value)}" }]);
    }

    // Good files in two character sets, and one of each kind that ends in quarantine or is skipped, all under names that are canaries.
    void Write(bool unreadInTexts)
    {
        headers = [CanaryHeader.Create(0, Encoding.UTF8, unreadInTexts), CanaryHeader.Create(1, Encoding.Latin1, unreadInTexts)];
        foreach (var header in headers)
        {
            var folder = $"{header.Canaries[2]}_{header.Canaries[0]}";
            site.Add($"{folder}/{header.Canaries[0]}.dcm", header.ToFile());
            site.Add($"{folder}/{header.Canaries[2]}.zip", Zip($"{folder}/{header.Canaries[0]}.dcm", header.ToFile()));
            site.Add($"{folder}/cut-{header.Canaries[0]}.dcm", header.ToFile(cutAt: 900));
            site.Add($"{folder}/cut-early-{header.Canaries[0]}.dcm", header.ToFile(cutAt: 420));
            site.Add($"{folder}/patientless-{header.Canaries[0]}.dcm", header.ToFile("0010,0020"));
            site.Add($"{folder}/bad-uid-{header.Canaries[0]}.dcm", header.ToFile("0020,000D", header.Canaries[0]));
            site.Add($"{folder}/no-uid-{header.Canaries[0]}.dcm", header.ToFile("0020,000E"));
            site.Add($"{folder}/letter-{header.Canaries[0]}.txt", Encoding.UTF8.GetBytes(string.Join('\n', header.Canaries)));
            site.Add($"{folder}/broken-{header.Canaries[0]}.json", Encoding.UTF8.GetBytes($$"""[{"00100010":{"vr":"PN","Value":[{"Alphabetic":"{{header.Canaries[0]}}"}]},"""));
            site.Add($"{folder}/good-{header.Canaries[0]}.json", header.ToJson());
            site.Add($"{folder}/empty-{header.Canaries[0]}.dcm", []);
        }
    }

    // Archives and what is in them bear names, too.
    static byte[] Zip(string name, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            using var member = archive.CreateEntry(name).Open();
            member.Write(content);
        }

        return stream.ToArray();
    }

    async Task RunAsync(List<(string, string)> outputs, int exitCode, params string[] arguments)
    {
        var result = await site.RunAsync(arguments);
        Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {result.ExitCode} {result.Errors}");
        outputs.Add((string.Join(' ', arguments.Take(2)), result.Output));
        outputs.Add((string.Join(' ', arguments.Take(2)) + " on stderr", result.Errors));
    }

    // Answers to questions without canaries hold none; after questions with canaries, logs and metrics hold none.
    async Task<List<(string Place, string Text)>> AskFacadeAsync()
    {
        var port = FacadeProcess.FreePort();
        var settings = new Dictionary<string, string>(site.Settings) { ["ConnectionStrings__Postgres"] = TestServer.AsFacade(site.ConnectionString), ["Metrics__Port"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture), ["Logging__LogLevel__Default"] = "Trace" };
        await using var facade = FacadeProcess.Start([], settings);
        await facade.ReadyAsync();
        var texts = new List<(string, string)>();
        foreach (var url in new[] { "metadata", "ImagingStudy", "ImagingStudy?_format=xml", "Device", "ImagingStudy?started=x", "ImagingStudy?nonsense=1", "ImagingStudy/none", "Nothing", "ImagingStudy?_count=1&_elements=subject" })
        {
            texts.Add((url, await AskAsync(facade, url)));
        }

        var canary = headers[0].Canaries[0];
        foreach (var url in new[] { $"ImagingStudy?identifier={canary}", $"ImagingStudy?patient={canary}", $"ImagingStudy?started={canary}", $"ImagingStudy?{canary}=1", $"ImagingStudy/{canary}", $"{canary}/1", $"ImagingStudy?identifier={canary},{new string('1', 2000)}&_count=1" })
        {
            await AskAsync(facade, url);
        }

        using var metrics = new HttpClient();
        texts.Add(("metrics", await metrics.GetStringAsync($"http://127.0.0.1:{port}/metrics", Cancelled)));
        await facade.TerminateAsync();
        return [.. texts, ("stdout of the facade", facade.Output), ("stderr of the facade", facade.Errors)];
    }

    static async Task<string> AskAsync(FacadeProcess facade, string url)
    {
        using var answer = await facade.Client.SendAsync("GET", "/fhir/" + url);
        return await answer.Content.ReadAsStringAsync(Cancelled);
    }

    async Task<IEnumerable<string>> SearchDatabaseAsync(params string[] canaries)
    {
        var search = new CanarySearch(canaries.Length > 0 ? canaries : All);
        return (await EveryColumn.ReadAsync(site.Database, Cancelled)).SelectMany(value => search.Find(value.Place, value.Value)).Distinct();
    }

    static async Task WatchArgumentsAsync(ConcurrentBag<string> lines, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
            {
                try
                {
                    lines.Add(await File.ReadAllTextAsync(folder + "/cmdline", CancellationToken.None));
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // it ended meanwhile
                }
            }

            await Task.WhenAny(Task.Delay(200, stop));
        }
    }
}
