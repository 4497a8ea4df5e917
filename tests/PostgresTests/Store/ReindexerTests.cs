using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Store;

public sealed class ReindexerTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    static readonly IndexExtractor Extractor = new(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

    readonly Stock stock = new(database.Owner);
    readonly Reindexer reindexer = new(database.Owner, Extractor);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await new Ledger(database.Owner).PurgeAsync(Cancelled);
        await database.ExecuteAsync("delete from setting where name like 'index-%' or name = 'reindex'");
        await reindexer.RunAsync(Cancelled);
        await stock.WriteAsync([.. Enumerable.Range(0, 250).Select(i => Stock.Study($"s{i:000}", i % 2 == 0 ? "CT" : "MR")), Stock.Device("d")]);
        await stock.DeleteAsync("s001");
        await new Folder(database.Owner).FoldAllAsync(Cancelled);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_same_parameters_index_nothing_anew()
    {
        Assert.Empty(await Reindexer.StaleAsync(database.Facade, Cancelled));
        Assert.Equal(0, await reindexer.RunAsync(Cancelled));
    }

    [Fact]
    public async Task Other_parameters_of_a_type_index_its_resources_anew_and_change_no_version()
    {
        await database.ExecuteAsync("update setting set value = '\\x00' where name = 'index-ImagingStudy'");
        await database.ExecuteAsync("truncate bits");
        Assert.Equal(["ImagingStudy"], await Reindexer.StaleAsync(database.Facade, Cancelled));

        Assert.Equal(249, await reindexer.RunAsync(Cancelled));

        Assert.Equal(string.Join(' ', Enumerable.Range(0, 125).Select(i => $"s{2 * i:000}")), await stock.WithTermAsync("modality", "CT"));
        Assert.Equal(249L, await stock.CountLiveAsync(ServedType.ImagingStudy));
        Assert.Equal(1, await database.ValueAsync<int>("select max(version) from resource where not deleted"));
        Assert.Empty(await Reindexer.StaleAsync(database.Facade, Cancelled));
        Assert.Equal(0, await reindexer.RunAsync(Cancelled));
    }

    [Fact]
    public async Task What_was_cut_off_is_resumed()
    {
        await database.ExecuteAsync("update setting set value = '\\x00' where name = 'index-ImagingStudy'");
        // the second batch of 200 fails
        await database.ExecuteAsync(
            """
            create function stop() returns trigger language plpgsql as $$ begin
                if (select count(*) from pending) >= 220 then raise exception 'cut off'; end if; return new; end $$;
            create trigger stop before insert on pending for each row execute function stop()
            """);
        await Assert.ThrowsAsync<PostgresException>(() => reindexer.RunAsync(Cancelled));
        await database.ExecuteAsync("drop trigger stop on pending; drop function stop");
        Assert.Equal(200L, await database.ValueAsync<long>("select count(*) from pending"));

        Assert.Equal(49, await reindexer.RunAsync(Cancelled));
        Assert.Equal(249L, await stock.CountLiveAsync(ServedType.ImagingStudy));
    }
}
