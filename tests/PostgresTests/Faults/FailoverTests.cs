using System.Net;
using Dicom2Fhir.PostgresTests.FhirFacade;
using Dicom2Fhir.PostgresTests.Indexer;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Faults;

/// <summary>The primary dies under an index run and under readers, and its replica is promoted: both go on there by themselves.</summary>
public sealed class FailoverTests(ReplicaPair pair) : IClassFixture<ReplicaPair>
{
    const int Before = 120;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_failover_nothing_acknowledged_is_lost_and_page_links_go_on()
    {
        await using var promoted = Site.Over(pair.Replica.OwnerConnectionString);
        await using var site = Site.Over(Both(pair.Primary.OwnerConnectionString, pair.Replica.OwnerConnectionString));
        site.AddStudies(0, Before);
        await site.DoAsync("index", site.Files);
        await using var facade = FacadeProcess.Start([], new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = Both(pair.Primary.ReaderConnectionString, pair.Replica.ReaderConnectionString),
        });
        await facade.ReadyAsync();
        var first = await facade.Client.SearchAsync("/fhir/ImagingStudy?modality=CT&_count=50");
        await pair.SynchronousAsync();

        site.AddStudies(Before, Faults.Bounded(ci: 900, full: 3_000));
        using var indexer = site.Start("index", site.Files, "--json");
        await Faults.UntilAsync(async () => await StudiesAsync(pair.Primary.OwnerConnectionString) > Before || indexer.HasExited, "a commit of the second run");
        var acknowledged = await VersionsAsync(pair.Primary.OwnerConnectionString);
        await pair.FailOverAsync();

        var result = await indexer.EndAsync();
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal(site.FileCount, result.Json.GetProperty("files").GetInt32());
        Assert.Empty(acknowledged.Except(await VersionsAsync(pair.Replica.OwnerConnectionString)));
        Assert.Equal(site.FileCount / 2, await promoted.ValueAsync<long>("select count(*) from resource where type = 1 and version = 1"));
        await promoted.EndsSoundAsync();
        await site.DoAsync("backup", Path.Combine(site.Files, "backup"));

        Assert.Equal((int)site.FileCount / 2, (await facade.Client.SearchAsync("/fhir/ImagingStudy?_total=accurate&_count=1")).Total);
        var seen = new List<string>(first.Entry.Select(entry => entry.Resource!.Id!));
        for (var next = first.NextLink; next is not null;)
        {
            var page = await facade.Client.SearchAsync(next.PathAndQuery);
            seen.AddRange(page.Entry.Select(entry => entry.Resource!.Id!));
            next = page.NextLink;
        }

        Assert.Equal((Before, Before), (seen.Count, seen.Distinct().Count()));
        using var written = await facade.Client.SendAsync("GET", "/fhir/ImagingStudy?_count=10&identifier=" + string.Join(',', Enumerable.Range(0, 60).Select(study => "urn:oid:" + DicomFiles.StudyUid(study))));
        Assert.Equal(HttpStatusCode.OK, written.StatusCode);                 // a long query is written by the facade, at the new primary
    }

    /// <summary>Two servers in one connection string: the one that takes writes.</summary>
    internal static string Both(string primary, string replica) => new NpgsqlConnectionStringBuilder(primary)
    {
        Host = $"{new NpgsqlConnectionStringBuilder(primary).Host},{new NpgsqlConnectionStringBuilder(replica).Host}",
        TargetSessionAttributes = "primary",
    }.ConnectionString;

    static async Task<long> StudiesAsync(string server) => (await RowsAsync(server, "select count(*)::text from resource where type = 1")) is [var count] ? long.Parse(count, null) : 0;

    static Task<List<string>> VersionsAsync(string server) => RowsAsync(server, "select type || ' ' || id || ' ' || version || ' ' || last_updated from resource");

    internal static async Task<List<string>> RowsAsync(string server, string sql)
    {
        await using var database = NpgsqlDataSource.Create(server + ";Pooling=false");
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Cancelled);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancelled)) rows.Add(reader.GetString(0));
        return rows;
    }
}
