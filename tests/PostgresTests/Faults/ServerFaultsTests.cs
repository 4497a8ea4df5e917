using System.Diagnostics;
using System.Net;
using Dicom2Fhir.PostgresTests.FhirFacade;
using Dicom2Fhir.PostgresTests.Indexer;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Faults;

/// <summary>PostgreSQL killed, slow, away and without space.</summary>
public sealed class ServerFaultsTests
{
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_in_the_middle_of_an_index_the_run_goes_on_by_itself()
    {
        await using var cluster = await OwnCluster.StartAsync();
        await using var site = Site.Over(cluster.ConnectionString);
        site.AddStudies(0, Faults.Bounded(ci: 1_200, full: 3_000));
        using var indexer = site.Start("index", site.Files, "--json");
        await Faults.UntilAsync(async () => await site.ValueAsync<bool>("select to_regclass('intake.input') is not null") && await site.ValueAsync<long>("select count(*) from intake.input") > 0, "the first commit");
        cluster.Kill();
        await Task.Delay(1_000, Cancelled);
        await cluster.StartAgainAsync();
        var back = Stopwatch.StartNew();
        var kept = await CountAsync();
        Assert.True(kept < site.FileCount, "the run was over before the kill");
        await Faults.UntilAsync(async () => await CountAsync() > kept, "the next commit of the indexer");
        Assert.True(back.Elapsed < TimeSpan.FromSeconds(30), $"after {back.Elapsed}");
        TestContext.Current.SendDiagnosticMessage("The first commit after {0:0.0} s.", back.Elapsed.TotalSeconds);

        var result = await indexer.EndAsync();
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal(site.FileCount, result.Json.GetProperty("files").GetInt32());
        Assert.Equal(site.FileCount / 2, await site.ValueAsync<long>("select count(*) from resource where type = 1 and version = 1"));
        await site.EndsSoundAsync();

        Task<long> CountAsync() => site.ValueAsync<long>("select count(*) from intake.input");
    }

    [Fact]
    public async Task Killed_under_fifty_searches_they_are_503_and_the_first_after_recovery_works()
    {
        await using var cluster = await OwnCluster.StartAsync();
        await using var site = Site.Over(cluster.ConnectionString);
        site.AddStudies(0, 50);
        await site.DoAsync("index", site.Files);
        await using var facade = FacadeProcess.Start([], site.Settings);
        await facade.ReadyAsync();
        Assert.Equal(50, (await facade.Client.SearchAsync("/fhir/ImagingStudy?_count=0&_total=accurate")).Total);

        var answers = new System.Collections.Concurrent.ConcurrentBag<HttpResponseMessage>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var searches = Enumerable.Range(0, 50).Select(async _ =>
        {
            while (!enough.IsCancellationRequested) answers.Add(await facade.Client.SendAsync("GET", "/fhir/ImagingStudy?modality=CT&_count=50"));
        }).ToList();
        await Task.Delay(1_000, Cancelled);
        cluster.Kill();
        await Faults.UntilAsync(() => Task.FromResult(answers.Any(answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable)), "the first 503");
        await enough.CancelAsync();
        await Task.WhenAll(searches);
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, answer.StatusCode.ToString()));
        Assert.All(answers.Where(answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable), answer => Assert.NotNull(answer.Headers.RetryAfter));
        Assert.Equal(HttpStatusCode.OK, (await facade.Client.SendAsync("GET", "/livez")).StatusCode);

        await cluster.StartAgainAsync();
        Assert.Equal(50, (await facade.Client.SearchAsync("/fhir/ImagingStudy?modality=CT&_total=accurate")).Total);
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task Slow_by_a_lock_an_index_waits_and_loses_nothing()
    {
        await using var cluster = await OwnCluster.StartAsync();
        await using var site = Site.Over(cluster.ConnectionString);
        site.AddStudies(0, 20);
        await site.DoAsync("index", site.Files);
        site.AddStudies(20, 20);
        await using (var connection = await site.Database.OpenConnectionAsync(Cancelled))
        await using (var transaction = await connection.BeginTransactionAsync(Cancelled))
        {
            await new NpgsqlCommand("lock table resource, search_row in access exclusive mode", connection, transaction).ExecuteNonQueryAsync(Cancelled);
            using var indexer = site.Start("index", site.Files);
            await Task.Delay(TimeSpan.FromSeconds(Faults.Bounded(ci: 5, full: 60)), Cancelled);
            Assert.False(indexer.HasExited);
            await transaction.RollbackAsync(Cancelled);
            Assert.Equal(0, (await indexer.EndAsync()).ExitCode);
        }

        Assert.Equal(40L, await site.ValueAsync<long>("select count(*) from resource where type = 1 and version = 1"));
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task Read_only_an_index_waits_and_names_the_cause()
    {
        await using var cluster = await OwnCluster.StartAsync();
        await using var site = Site.Over(cluster.ConnectionString);
        site.AddStudies(0, 1);
        await site.DoAsync("index", site.Files);
        site.AddStudies(1, 1_200);
        using var indexer = site.Start("index", site.Files);
        await Faults.UntilAsync(async () => await site.ValueAsync<long>("select count(*) from intake.input") > 2 || indexer.HasExited, "the first commit");

        // as after a failover to a replica that is not promoted yet
        await ReadOnlyAsync("on");
        await Task.Delay(3_000, Cancelled);
        Assert.False(indexer.HasExited);
        await ReadOnlyAsync("off");
        var result = await indexer.EndAsync();
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("25006", result.Errors, StringComparison.Ordinal);
        Assert.Equal(1_201L, await site.ValueAsync<long>("select count(*) from resource where type = 1 and version = 1"));
        await site.EndsSoundAsync();

        // the connections of the run are made again, and have the setting then
        Task ReadOnlyAsync(string state) => site.ExecuteAsync(
            $"begin read write; alter database dicom2fhir set default_transaction_read_only = {state}; select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dicom2fhir'; commit");
    }

    [Fact]
    public async Task Unreachable_at_start_is_one_sentence_and_exit_1()
    {
        await using var site = Site.Over("Host=/nowhere;Username=x;Database=x;Timeout=2");
        site.AddStudies(0, 1);
        var result = await site.RunAsync("index", site.Files);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Single(result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_full_disk_ends_the_run_with_one_sentence_and_space_lets_it_go_on()
    {
        await using var disk = SmallDisk.Mount(megabytes: 160);
        await using var cluster = await OwnCluster.StartAsync(disk.Folder);
        await using var site = Site.Over(cluster.ConnectionString);
        site.AddStudies(0, 50);
        await site.DoAsync("index", site.Files);
        site.AddStudies(50, Faults.Bounded(ci: 400, full: 2_000));
        disk.Fill();
        var full = await site.RunAsync("index", site.Files);
        Assert.Equal(1, full.ExitCode);
        Assert.Contains(full.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.StartsWith("The database", StringComparison.Ordinal));

        disk.Free();
        await cluster.StartAgainAsync();
        await Faults.UntilAsync(async () => (await site.RunAsync("status")).ExitCode == 0, "recovery");
        await site.DoAsync("index", site.Files);
        Assert.Equal(site.FileCount / 2, await site.ValueAsync<long>("select count(*) from resource where type = 1 and not deleted"));
        await site.EndsSoundAsync();
    }
}
