using Dicom2Fhir.PostgresTests.Indexer;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Faults;

/// <summary>kill -9 of the indexer: a study is there whole or not at all, and the next run completes it.</summary>
public sealed class IndexerKilledTests(TestServer server)
{
    // The test holds this advisory lock; a trigger in the indexer's transaction waits for it, so the kill is placed, not hoped for.
    const string Waits = "create function wait_for_test() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(990099); return null; end $$;";

    [Theory]
    [InlineData("in the transaction", "create trigger wait after insert on intake.input execute function wait_for_test()", false)]
    [InlineData("in the commit", "create constraint trigger wait after insert on intake.series deferrable initially deferred for each row execute function wait_for_test()", false)]
    [InlineData("in the middle of a fold", "create trigger wait after insert on search_row execute function wait_for_test()", true)]
    public async Task At_a_named_point(string point, string trigger, bool committed)
    {
        await using var site = await Site.CreateAsync(server);
        site.AddStudies(0, 40);
        await site.ExecuteAsync(Waits + trigger);
        await using (var held = NpgsqlDataSource.Create(site.ConnectionString + ";Pooling=false"))
        await using (var connection = await held.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await new NpgsqlCommand("select pg_advisory_lock(990099)", connection).ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            using var indexer = site.Start("index", site.Files);
            await Faults.UntilAsync(
                async () => await site.ValueAsync<bool>("select exists (select from pg_locks where locktype = 'advisory' and objid = 990099 and not granted)"), point);
            Assert.Equal(committed, await site.ValueAsync<bool>("select exists (select from resource where type = 1)"));
            indexer.Kill();
            await indexer.EndAsync();
        }

        // the server finds out when it next talks to the client: what it was doing ends first
        await Faults.UntilAsync(async () => await site.ValueAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and application_name = 'dicom2fhir'") == 0, "the end of the session");
        await site.ExecuteAsync("drop function wait_for_test() cascade");
        await WholeOrAbsentAsync(site);

        var versions = await VersionsAsync(site);
        await site.DoAsync("index", site.Files);
        await site.EqualsUndisturbedAsync();
        Assert.Empty(versions.Split(',', StringSplitOptions.RemoveEmptyEntries).Except((await VersionsAsync(site)).Split(',')));      // what was committed is not written again
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task After_a_commit_before_the_next()
    {
        await using var site = await Site.CreateAsync(server);
        site.AddStudies(0, 600);                                                            // two batches
        using (var indexer = site.Start("index", site.Files))
        {
            await Faults.UntilAsync(async () => await site.ValueAsync<long>("select count(*) from intake.input") > 0 || indexer.HasExited, "the first commit");
            indexer.Kill();
            await indexer.EndAsync();
        }

        await WholeOrAbsentAsync(site);
        await site.DoAsync("index", site.Files);
        Assert.Equal(600L, await site.ValueAsync<long>("select count(*) from resource where type = 1 and version = 1 and not deleted"));
        await site.EqualsUndisturbedAsync();
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task At_random_points()
    {
        await using var site = await Site.CreateAsync(server);
        var random = new Random(20260301);
        var kills = Faults.Bounded(ci: 3, full: 20);
        for (var kill = 0; kill < kills; kill++)
        {
            site.AddStudies(kill * 50, 50);
            using var indexer = site.Start("index", site.Files);
            await Task.Delay(random.Next(300, 3_000), TestContext.Current.CancellationToken);
            indexer.Kill();
            await indexer.EndAsync();
            await WholeOrAbsentAsync(site);
        }

        await site.DoAsync("index", site.Files);
        await site.EqualsUndisturbedAsync();
        await site.EndsSoundAsync();
    }

    [Theory]
    [InlineData("verify", "select exists (select from intake.verification where finished is null and step like 'study %')", "Goes on behind study ")]
    [InlineData("remap", "select exists (select from setting where name = 'remap')", "Goes on where the last remap was cut off.")]
    public async Task Between_its_steps_a_long_verb_goes_on_where_it_was(string verb, string isAtWork, string goesOn)
    {
        await using var site = await Site.CreateAsync(server);
        site.AddStudies(0, 650);                                                            // four steps
        await site.DoAsync("index", site.Files);
        var versions = await VersionsAsync(site);
        using (var process = site.Start(verb))
        {
            await Faults.UntilAsync(async () => await site.ValueAsync<bool>(isAtWork) || process.HasExited, "the first step");
            process.Kill();
            await process.EndAsync();
        }

        var resumed = await site.DoAsync(verb == "verify" ? ["verify", "--resume"] : [verb]);
        Assert.Contains(goesOn, resumed.Errors, StringComparison.Ordinal);
        Assert.Equal(versions, await VersionsAsync(site));
        await site.EndsSoundAsync();
    }

    // Each study has two series: never one of them.
    static async Task WholeOrAbsentAsync(Site site)
    {
        Assert.Equal(0L, await site.ValueAsync<long>("select count(*) from resource where type = 1 and not deleted and document::json ->> 'numberOfSeries' <> '2'"));
        Assert.Equal(0L, await site.ValueAsync<long>("select count(*) from (select from intake.series group by study_uid having count(*) <> 2) s"));
        await site.EndsSoundAsync();
    }

    static Task<string> VersionsAsync(Site site) => site.ValueAsync<string>(
        "select coalesce(string_agg(id || ' ' || version || ' ' || last_updated, ',' order by id), '') from resource");
}
