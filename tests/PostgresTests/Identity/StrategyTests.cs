using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dicom2Fhir.PostgresTests.Indexer;
using Dicom2Fhir.UnitTests.Indexer.Pseudonyms;

namespace Dicom2Fhir.PostgresTests.Identity;

/// <summary>The strategies as a site runs them: real files, the command line, a service over real HTTP.</summary>
public sealed class StrategyTests(TestServer server) : IAsyncLifetime
{
    Site site = null!;
    FakeGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        site = await Site.CreateAsync(server);
        gateway = await FakeGateway.StartAsync();
        for (var study = 1; study <= 3; study++) site.Add($"{study}.dcm", DicomFiles.Instance(study));
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await site.DisposeAsync();
    }

    [Fact]
    public async Task Sha256_gives_the_patient_id_of_the_clinical_store()
    {
        Set(("Strategy", "sha256"), ("System", "https://klinik.example/pid"));
        await site.DoAsync("index", site.Files);
        Assert.Equal(Subjects(id => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("https://klinik.example/pid|" + id)))), await SubjectsAsync());
    }

    [Fact]
    public async Task A_patient_missing_in_the_mapping_file_waits_until_he_is_in_it()
    {
        var file = site.Add("psn/map.csv", "PAT1,psn-1\nPAT2,psn-2\n"u8.ToArray());
        Set(("Strategy", "file"), ("File", file));
        var first = (await site.DoAsync("index", Path.Combine(site.Files, "1.dcm"), Path.Combine(site.Files, "2.dcm"), Path.Combine(site.Files, "3.dcm"), "--json")).Json;
        Assert.Equal((2, 1, 1), (Number(first, "stored"), Number(first, "quarantined"), first.GetProperty("reasons").GetProperty("pseudonym").GetInt32()));

        await File.AppendAllTextAsync(file, "PAT3,psn-3\n", TestContext.Current.CancellationToken);
        var second = (await site.DoAsync("index", Path.Combine(site.Files, "3.dcm"), "--json")).Json;
        Assert.Equal((1, 0), (Number(second, "stored"), Number(second, "quarantined")));
        Assert.Equal(Subjects(id => "psn-" + id[^1]), await SubjectsAsync());
    }

    [Theory]
    [InlineData("gpas")]
    [InlineData("vfps")]
    public async Task While_the_service_is_down_everything_waits_and_the_next_run_has_it(string strategy)
    {
        Service(strategy);
        gateway.Answer = (context, _) => FakeGateway.RefuseAsync(context, 503);
        var down = await site.DoAsync("index", site.Files, "--json");
        Assert.Equal((0, 3), (Number(down.Json, "stored"), Number(down.Json, "quarantined")));
        Assert.Equal(0L, await site.ValueAsync<long>("select count(*) from resource"));
        Assert.Equal(0L, await site.ValueAsync<long>("select count(*) from intake.series"));
        var inputs = await site.DoAsync("status", "--inputs", "--outcome", "quarantined");
        Assert.All(inputs.Lines, line =>
        {
            var input = JsonDocument.Parse(line).RootElement;
            Assert.Equal(("pseudonym", "the pseudonym service answers 503"), (input.GetProperty("reason").GetString(), input.GetProperty("text").GetString()));
        });
        Assert.DoesNotContain("PAT", down.Output + down.Errors + inputs.Output, StringComparison.Ordinal);

        Answer(id => "psn-" + id[^1]);
        var up = (await site.DoAsync("index", site.Files, "--json")).Json;
        Assert.Equal((3, 0), (Number(up, "stored"), Number(up, "quarantined")));
        Assert.Equal(Subjects(id => "psn-" + id[^1]), await SubjectsAsync());
        Assert.Equal((0L, 3L), (await site.ValueAsync<long>("select count(*) from intake.input where outcome = 'quarantined'"), await site.ValueAsync<long>("select count(*) from intake.pseudonym")));
    }

    [Fact]
    public async Task A_pseudonym_of_another_patient_is_noticed_in_a_later_run()
    {
        Service("gpas");
        Answer(id => "psn-" + id[^1]);
        await site.DoAsync("index", Path.Combine(site.Files, "1.dcm"));
        Answer(_ => "psn-1");
        var run = (await site.DoAsync("index", Path.Combine(site.Files, "2.dcm"), "--json")).Json;
        Assert.Equal(1, run.GetProperty("reasons").GetProperty("pseudonym").GetInt32());
        Assert.Equal("one pseudonym was given to several patients", await site.ValueAsync<string>("select text from intake.input where outcome = 'quarantined'"));
        Assert.Equal(["Patient/psn-1"], await SubjectsAsync());
    }

    [Fact]
    public async Task Another_pseudonym_for_a_known_patient_is_noticed_in_a_later_run()
    {
        Service("gpas");
        Answer(id => "psn-" + id[^1]);
        await site.DoAsync("index", Path.Combine(site.Files, "1.dcm"));
        Answer(id => "neu-" + id[^1]);
        site.Add("1b.dcm", DicomFiles.Instance(1, 2));
        var run = (await site.DoAsync("index", Path.Combine(site.Files, "1b.dcm"), "--json")).Json;
        Assert.Equal(1, run.GetProperty("reasons").GetProperty("pseudonym").GetInt32());
        Assert.Equal(["Patient/psn-1"], await SubjectsAsync());
    }

    [Fact]
    public async Task A_service_is_asked_once_for_a_patient_of_many_files()
    {
        Service("gpas");
        Answer(id => "psn-" + id[^1]);
        for (var instance = 2; instance < 300; instance++) site.Add($"more/{instance}.dcm", DicomFiles.Instance(1, instance));
        await site.DoAsync("index", site.Files);
        Assert.InRange(gateway.Calls, 1, 2);
    }

    [Fact]
    public async Task Pseudonymised_uids_are_nowhere_else_and_a_second_run_changes_nothing()
    {
        site.Settings["Privacy__Uids"] = "pseudonymise";
        await site.DoAsync("index", site.Files);
        var before = await site.ContentAsync();
        Assert.Equal(3, before.Split('\n').Count(line => line.StartsWith("1 ", StringComparison.Ordinal)));
        Assert.DoesNotContain(DicomFiles.StudyUid(1), await site.ValueAsync<string>("select string_agg(document, '') || (select string_agg(study_uid || series_uid || sop_uid, '') from intake.input) from resource"), StringComparison.Ordinal);
        site.Add("1.dcm", [.. DicomFiles.Instance(1)]);
        File.SetLastWriteTimeUtc(Path.Combine(site.Files, "1.dcm"), DateTime.UnixEpoch);
        Assert.Equal(3, Number((await site.DoAsync("index", site.Files, "--json")).Json, "unchanged"));
        Assert.Equal(before, await site.ContentAsync());
    }

    void Service(string strategy) => Set(("Strategy", strategy), ("Url", gateway.Url.ToString()), ("Domain", "domain"));

    // Both dialects: the one asked in decides.
    void Answer(Func<string, string> pseudonym) => gateway.Answer = (context, asked) => FakeGateway.WriteAsync(
        context,
        asked[0].Name == "target"
            ? asked.Where(one => one.Name == "original").Select(one => FakeGateway.Pseudonym(one.Value, pseudonym(one.Value)))
            : [new { name = "pseudonymValue", valueString = pseudonym(asked[1].Value) }]);

    void Set(params (string Name, string Value)[] settings)
    {
        foreach (var (name, value) in settings) site.Settings["Pseudonyms__" + name] = value;
    }

    static IEnumerable<string> Subjects(Func<string, string> pseudonym) => Enumerable.Range(1, 3).Select(study => "Patient/" + pseudonym($"PAT{study}")).Order(StringComparer.Ordinal);

    async Task<IEnumerable<string>> SubjectsAsync() =>
        (await site.ValueAsync<string>("select coalesce(string_agg(document::jsonb #>> '{subject,reference}', ' '), '') from resource where type = 1")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);

    static int Number(JsonElement report, string name) => report.GetProperty(name).GetInt32();
}
