using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dicom2Fhir.PostgresTests.Faults;
using Dicom2Fhir.PostgresTests.Store;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>A primary and its streaming replica on this machine, once for the class.</summary>
public sealed class ReplicaPair : IAsyncLifetime
{
    internal static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    readonly string primaryFolder = TestServer.CreateFolder("d2f-primary-");
    readonly string replicaFolder = TestServer.CreateFolder("d2f-replica-");
    StoreConnection? store;
    EmbeddedCluster? primary;
    EmbeddedCluster? replica;

    public NpgsqlDataSource Database => store!.Database;

    public EmbeddedCluster Primary => primary!;

    public EmbeddedCluster Replica => replica!;

    // A cold copy of the primary's files with standby.signal is a replica (PostgreSQL documentation, 27.2); no program of another package is needed.
    public async ValueTask InitializeAsync()
    {
        await using (await StoreConnection.OpenForWritingAsync(primaryFolder, null, Zone, CancellationToken.None))
        {
            // made and migrated; closing it stops the server
        }

        Assert.Equal(0, ServerProcess.Run("cp", ["-a", Path.Combine(primaryFolder, "postgres"), replicaFolder]).ExitCode);
        store = await StoreConnection.OpenForWritingAsync(primaryFolder, null, Zone, CancellationToken.None);
        primary = await EmbeddedCluster.OpenAsync(primaryFolder, CancellationToken.None);
        var data = Path.Combine(replicaFolder, "postgres", "data");
        var socket = new NpgsqlConnectionStringBuilder(primary.OwnerConnectionString).Host!;
        await File.AppendAllTextAsync(Path.Combine(data, "postgresql.auto.conf"), $"primary_conninfo = 'host={socket} user=dicom2fhir'\n");
        await File.WriteAllTextAsync(Path.Combine(data, "standby.signal"), "");
        replica = await EmbeddedCluster.OpenAsync(replicaFolder, CancellationToken.None);
    }

    /// <summary>From now on a commit is acknowledged when the replica has it, too.</summary>
    public async Task SynchronousAsync()
    {
        foreach (var sql in new[] { "alter system set synchronous_standby_names = '*'", "select pg_reload_conf()" })
        {
            await using var command = Database.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>The replica has everything so far, and gets nothing more.</summary>
    public async Task DetachAsync()
    {
        await using var where = Database.CreateCommand("select pg_current_wal_flush_lsn()::text");
        var written = (string)(await where.ExecuteScalarAsync())!;
        await using var database = NpgsqlDataSource.Create(Replica.OwnerConnectionString + ";Pooling=false");
        await Faults.Faults.UntilAsync(() => IsAsync(database, $"select pg_last_wal_replay_lsn() >= '{written}'::pg_lsn"), "the replay");
        foreach (var sql in new[] { "alter system set primary_conninfo = ''", "select pg_reload_conf()" })
        {
            await using var command = database.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        await Faults.Faults.UntilAsync(() => IsAsync(database, "select not exists (select from pg_stat_wal_receiver)"), "the end of the replication");
    }

    static async Task<bool> IsAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is true;
    }

    /// <summary>kill -9 of the primary; the replica becomes one.</summary>
    public async Task FailOverAsync()
    {
        OwnCluster.Kill(primaryFolder);
        await using var database = NpgsqlDataSource.Create(Replica.OwnerConnectionString + ";Pooling=false");
        await using var promote = database.CreateCommand("select pg_promote()");
        Assert.Equal(true, await promote.ExecuteScalarAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (replica is not null) await replica.DisposeAsync();
        if (primary is not null) await primary.DisposeAsync();
        if (store is not null) await store.DisposeAsync();
        Directory.Delete(replicaFolder, recursive: true);
        Directory.Delete(primaryFolder, recursive: true);
    }
}

/// <summary>Facades on a streaming replica: two clusters on this machine, writes on the primary, reads on the replica.</summary>
public sealed class ReplicaTests(ReplicaPair pair) : IClassFixture<ReplicaPair>
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replica_answers_what_was_written_on_the_primary()
    {
        await WriteAsync(0, 30);
        await using var facade = await FacadeAsync(pair.Replica, pair.Primary);

        var before = await TotalAsync(facade, "ImagingStudy?_summary=count");
        Assert.InRange(before, 30, long.MaxValue);
        await WriteAsync(30, 5);
        Assert.Equal(before + 5, await TotalAsync(facade, "ImagingStudy?_summary=count"));
    }

    [Fact]
    public async Task Pages_go_on_at_the_other_server()
    {
        await WriteAsync(1000, 25);
        await using var reading = await FacadeAsync(pair.Replica, pair.Primary);
        await using var writing = await FacadeAsync(pair.Primary, pair.Primary);
        // more than 1,000 bytes: the query itself is stored, by the connection that writes
        var query = "ImagingStudy?_count=10&patient=" + string.Join(',', Enumerable.Range(1000, 125).Select(i => $"p{i}"));

        var seen = new List<string>();
        var next = $"/fhir/{query}";
        foreach (var facade in new[] { reading, writing, reading })
        {
            var page = await facade.Client.GetFromJsonAsync<JsonElement>(next, Cancelled);
            seen.AddRange(page.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource").GetProperty("id").GetString()!));
            next = page.GetProperty("link").EnumerateArray().Where(link => link.GetProperty("relation").GetString() == "next")
                .Select(link => new Uri(link.GetProperty("url").GetString()!).PathAndQuery).FirstOrDefault();
            if (next is null) break;
        }

        Assert.Null(next);
        Assert.Equal(Enumerable.Range(1000, 25).Select(i => $"s{i}").Order(), seen.Order());
    }

    [Fact]
    public async Task A_link_ahead_of_the_replica_waits_for_it_and_skips_nothing()
    {
        await WriteAsync(3000, 2);
        await using var reading = await FacadeAsync(pair.Replica, pair.Primary);
        await using var writing = await FacadeAsync(pair.Primary, pair.Primary);
        await using var replica = NpgsqlDataSource.Create(pair.Replica.OwnerConnectionString);
        await ReplayAsync(replica, "pause");
        await new Stock(pair.Database).WriteAsync([.. Enumerable.Range(3002, 3).Select(i => Stock.Study($"s{i}", patient: "p3000"))]);
        await new Folder(pair.Database).FoldAllAsync(Cancelled);
        var first = await writing.Client.GetFromJsonAsync<JsonElement>("/fhir/ImagingStudy?_count=1&patient=p3000", Cancelled);
        var next = new Uri(first.GetProperty("link").EnumerateArray().Single(link => link.GetProperty("relation").GetString() == "next").GetProperty("url").GetString()!).PathAndQuery;

        using (var early = await reading.Client.GetAsync(next, Cancelled))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, early.StatusCode);
            Assert.NotNull(early.Headers.RetryAfter);
        }

        await ReplayAsync(replica, "resume");
        var waited = Stopwatch.StartNew();
        HttpResponseMessage later;
        while ((later = await reading.Client.GetAsync(next, Cancelled)).StatusCode != HttpStatusCode.OK)
        {
            later.Dispose();
            Assert.True(waited.Elapsed < Patience, "the replica does not follow");
            await Task.Delay(50, Cancelled);
        }

        using (later) Assert.Contains("\"s3002\"", await later.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    static async Task ReplayAsync(NpgsqlDataSource replica, string what)
    {
        await using var command = replica.CreateCommand($"select pg_wal_replay_{what}()");
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    // Of three transactions under way the newest ends first: on a replica the snapshot says the same before and after the second one ends.
    [Fact]
    public async Task A_page_that_was_read_ahead_is_not_sent_after_a_change_under_an_older_transaction()
    {
        await WriteAsync(4000, 9);
        await using var replica = NpgsqlDataSource.Create(pair.Replica.ReaderConnectionString);
        var executor = new SearchExecutor(replica, ReplicaPair.Zone);
        var request = QueryStringParser.Parse(ServedType.ImagingStudy, [KeyValuePair.Create("status", "available")], new QueryContext(ReplicaPair.Zone, [])).Request;
        var first = await executor.PageAsync(request, null, 3, 1_000_000, TotalMode.None, Cancelled);
        var changed = (await executor.PageAsync(request, null, 9, 1_000_000, TotalMode.None, Cancelled)).Resources[^1];

        await using var oldest = await BeginAsync();
        await using var changing = await BeginAsync();
        await using var newest = await BeginAsync();
        await ExecuteAsync(changing, $"update resource set version = version + 1 where type = 1 and id = '{changed.Id}'");
        await ExecuteAsync(newest, "create table newest()");
        await ExecuteAsync(newest, "commit");
        await ReplayedAsync();
        using var second = await executor.PageAsync(request, first.Next, 3, 1_000_000, TotalMode.None, Cancelled);
        await Task.Delay(200, Cancelled);       // the third is read ahead
        await ExecuteAsync(changing, "commit");
        await ReplayedAsync();
        using var third = await executor.PageAsync(request, second.Next, 3, 1_000_000, TotalMode.None, Cancelled);

        Assert.Equal((changed.Id, changed.Version + 1), (third.Resources[^1].Id, third.Resources[^1].Version));
        await ExecuteAsync(oldest, "commit; drop table newest");

        async Task<NpgsqlConnection> BeginAsync()
        {
            var connection = await pair.Database.OpenConnectionAsync(Cancelled);
            await ExecuteAsync(connection, "begin; select pg_current_xact_id()");
            return connection;
        }

        static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Cancelled);
        }
    }

    [Fact]
    public async Task Readyz_says_how_far_the_replica_is_behind()
    {
        await using var reading = await FacadeAsync(pair.Replica, pair.Primary);
        await using var writing = await FacadeAsync(pair.Primary, pair.Primary);

        var ready = await reading.Client.GetFromJsonAsync<JsonElement>("/readyz", Cancelled);
        Assert.Equal("ready", ready.GetProperty("status").GetString());
        Assert.InRange(ready.GetProperty("replicaLagSeconds").GetDouble(), 0, 60);
        Assert.False((await writing.Client.GetFromJsonAsync<JsonElement>("/readyz", Cancelled)).TryGetProperty("replicaLagSeconds", out _));
    }

    [Fact]
    public async Task Without_a_connection_that_writes_a_long_query_is_refused_and_a_short_one_pages()
    {
        await WriteAsync(200, 5);
        await using var facade = await FacadeAsync(pair.Replica, null);

        using var shortQuery = await facade.Client.GetAsync("/fhir/ImagingStudy?_count=2", Cancelled);
        Assert.Contains("\"next\"", await shortQuery.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        using var longQuery = await facade.Client.GetAsync("/fhir/ImagingStudy?_count=2&patient=" + string.Join(',', Enumerable.Range(195, 250).Select(i => $"p{i}")), Cancelled);
        Assert.Equal(HttpStatusCode.BadRequest, longQuery.StatusCode);
        Assert.Contains("ConnectionStrings__PostgresWrite", await longQuery.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    // Writes and folds on the primary, and waits until the replica has it.
    async Task WriteAsync(int from, int count)
    {
        await new Stock(pair.Database).WriteAsync([.. Enumerable.Range(from, count).Select(i => Stock.Study($"s{i}", patient: $"p{i}"))]);
        await new Folder(pair.Database).FoldAllAsync(Cancelled);
        await ReplayedAsync();
    }

    async Task ReplayedAsync()
    {
        await using var where = pair.Database.CreateCommand("select pg_current_wal_lsn()::text");
        var written = (string)(await where.ExecuteScalarAsync(Cancelled))!;
        await using var replayed = NpgsqlDataSource.Create(pair.Replica.OwnerConnectionString);
        await using var there = replayed.CreateCommand("select pg_last_wal_replay_lsn() >= $1::pg_lsn");
        there.Parameters.AddWithValue(written);
        for (var waited = Stopwatch.StartNew(); await there.ExecuteScalarAsync(Cancelled) is not true; await Task.Delay(20, Cancelled))
        {
            Assert.True(waited.Elapsed < Patience, "the replica does not follow");
        }
    }

    static async Task<FacadeProcess> FacadeAsync(EmbeddedCluster reads, EmbeddedCluster? writes)
    {
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = reads.ReaderConnectionString };
        if (writes is not null) settings["ConnectionStrings__PostgresWrite"] = writes.ReaderConnectionString;
        var facade = FacadeProcess.Start([], settings);
        await facade.ReadyAsync();
        return facade;
    }

    static async Task<long> TotalAsync(FacadeProcess facade, string query) =>
        (await facade.Client.GetFromJsonAsync<JsonElement>("/fhir/" + query, Cancelled)).GetProperty("total").GetInt64();
}
