using System.Security.Cryptography;
using System.Text;
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
        await InProcess.IndexAsync(site);
        Assert.Equal(Subjects(id => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("https://klinik.example/pid|" + id)))), await SubjectsAsync());
    }

    [Fact]
    public async Task A_patient_missing_in_the_mapping_file_waits_until_he_is_in_it()
    {
        var file = site.Add("psn/map.csv", "PAT1,psn-1\nPAT2,psn-2\n"u8.ToArray());
        Set(("Strategy", "file"), ("File", file));
        await InProcess.IndexAsync(site, paths: [.. Enumerable.Range(1, 3).Select(study => Path.Combine(site.Files, $"{study}.dcm"))]);
        Assert.Equal((2L, 1L), (await InProcess.CountAsync(site, "stored"), await InProcess.CountAsync(site, "quarantined")));

        await File.AppendAllTextAsync(file, "PAT3,psn-3\n", TestContext.Current.CancellationToken);
        await InProcess.IndexAsync(site, paths: Path.Combine(site.Files, "3.dcm"));
        Assert.Equal((1L, 0L), (await InProcess.CountAsync(site, "stored"), await InProcess.CountAsync(site, "quarantined")));
        Assert.Equal(Subjects(id => "psn-" + id[^1]), await SubjectsAsync());
    }

    [Theory]
    [InlineData("gpas")]
    [InlineData("vfps")]
    public async Task While_the_service_is_down_everything_waits_and_the_next_run_has_it(string strategy)
    {
        Service(strategy);
        gateway.Answer = (context, _) => FakeGateway.RefuseAsync(context, 503);
        var log = await InProcess.IndexAsync(site);
        Assert.Equal((0L, 3L), (await InProcess.CountAsync(site, "stored"), await InProcess.CountAsync(site, "quarantined")));
        Assert.Equal(0L, await site.ValueAsync<long>("select (select count(*) from resource) + (select count(*) from intake.series)"));
        Assert.Equal("pseudonym: the pseudonym service answers 503", await site.ValueAsync<string>("select string_agg(distinct reason || ': ' || text, ',') from intake.input"));
        Assert.DoesNotContain("PAT", log, StringComparison.Ordinal);

        Answer(id => "psn-" + id[^1]);
        await InProcess.IndexAsync(site);
        Assert.Equal((3L, 0L), (await InProcess.CountAsync(site, "stored"), await InProcess.CountAsync(site, "quarantined")));
        Assert.Equal(Subjects(id => "psn-" + id[^1]), await SubjectsAsync());
        Assert.Equal(3L, await site.ValueAsync<long>("select count(*) from intake.pseudonym"));
    }

    [Fact]
    public async Task A_pseudonym_of_another_patient_is_noticed_in_a_later_run()
    {
        Service("gpas");
        Answer(id => "psn-" + id[^1]);
        await InProcess.IndexAsync(site, paths: Path.Combine(site.Files, "1.dcm"));
        Answer(_ => "psn-1");
        await InProcess.IndexAsync(site, paths: Path.Combine(site.Files, "2.dcm"));
        Assert.Equal("one pseudonym was given to several patients", await site.ValueAsync<string>("select text from intake.input where outcome = 'quarantined'"));
        Assert.Equal(["Patient/psn-1"], await SubjectsAsync());
    }

    [Fact]
    public async Task Another_pseudonym_for_a_known_patient_is_noticed_in_a_later_run()
    {
        Service("gpas");
        Answer(id => "psn-" + id[^1]);
        await InProcess.IndexAsync(site, paths: Path.Combine(site.Files, "1.dcm"));
        Answer(id => "neu-" + id[^1]);
        site.Add("1b.dcm", DicomFiles.Instance(1, 2));
        await InProcess.IndexAsync(site, paths: Path.Combine(site.Files, "1b.dcm"));
        Assert.StartsWith("the patient had another pseudonym before", await site.ValueAsync<string>("select text from intake.input where reason = 'pseudonym'"), StringComparison.Ordinal);
        Assert.Equal(["Patient/psn-1"], await SubjectsAsync());
    }

    [Fact]
    public async Task A_service_is_asked_once_for_a_patient_of_many_files()
    {
        Service("gpas");
        Answer(id => "psn-" + id[^1]);
        for (var instance = 2; instance < 300; instance++) site.Add($"more/{instance}.dcm", DicomFiles.Instance(1, instance));
        await InProcess.IndexAsync(site);
        Assert.InRange(gateway.Calls, 1, 2);
    }

    [Fact]
    public async Task Pseudonymised_uids_are_nowhere_else_and_a_second_run_changes_nothing()
    {
        site.Settings["Privacy__Uids"] = "pseudonymise";
        await InProcess.IndexAsync(site);
        var before = await site.ContentAsync();
        Assert.Equal(3, before.Split('\n').Count(line => line.StartsWith("1 ", StringComparison.Ordinal)));
        Assert.DoesNotContain(DicomFiles.StudyUid(1), await site.ValueAsync<string>("select string_agg(document, '') || (select string_agg(study_uid || series_uid || sop_uid, '') from intake.input) from resource"), StringComparison.Ordinal);
        site.Add("1.dcm", [.. DicomFiles.Instance(1)]);
        File.SetLastWriteTimeUtc(Path.Combine(site.Files, "1.dcm"), DateTime.UnixEpoch);
        await InProcess.IndexAsync(site);
        Assert.Equal(3L, await InProcess.CountAsync(site, "unchanged"));
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
}
