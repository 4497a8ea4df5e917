using System.Text;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.PostgresTests.Store;

public sealed class LedgerTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    readonly Ledger ledger = new(database.Owner);
    readonly Stock stock = new(database.Owner);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await ledger.PurgeAsync(Cancelled);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_latest_outcome_of_an_input_is_kept()
    {
        var first = await ledger.StartRunAsync("index", Cancelled);
        await ledger.RecordAsync(first, [Input("a", "stored"), Input("b", "quarantined", "empty")], Cancelled);
        var second = await ledger.StartRunAsync("index", Cancelled);
        await ledger.RecordAsync(second, [Input("b", "stored")], Cancelled);

        Assert.Equal(["a stored", "b stored"], await LinesAsync(null));
        Assert.Empty(await LinesAsync("quarantined"));
        Assert.Equal(1L, (await ledger.RunAsync(second, Cancelled)).Outcomes["stored"]);
    }

    [Fact]
    public async Task Only_known_inputs_are_found()
    {
        var run = await ledger.StartRunAsync("index", Cancelled);
        var modified = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        await ledger.RecordAsync(run, [Input("a", "stored") with { Modified = modified }], Cancelled);

        var found = await ledger.FindAsync([Hash("a"), Hash("x")], Cancelled);
        Assert.Equal((10L, modified, "stored"), (found[Convert.ToHexString(Hash("a"))].Size, found[Convert.ToHexString(Hash("a"))].Modified!.Value, found.Single().Value.Outcome));
    }

    [Fact]
    public async Task Status_counts_what_is_there()
    {
        var run = await ledger.StartRunAsync("index", Cancelled);
        await stock.WriteAsync(Stock.Study("a"), Stock.Study("b"), Stock.Device("d"));
        await stock.DeleteAsync("b");
        await using (var batch = await stock.BeginAsync(["a"]))
        {
            await batch.SaveSeriesAsync([new KeptSeries("a", "1", 3, [1]), new KeptSeries("a", "2", 4, [1])], Cancelled);
            await batch.CommitAsync(Cancelled);
        }

        await ledger.FinishRunAsync(run, new RunTotals(7, 6, 0, 0, 1, 0, 3), Cancelled);

        var status = await ledger.StatusAsync(Cancelled);
        Assert.Equal(Migrator.Latest, status.Schema);
        Assert.Equal(["Device=1", "ImagingStudy=1"], status.Resources.Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.Equal((1L, 2L, 7L), (status.Studies, status.Series, status.Instances));
        Assert.Equal((2L, 4L), (status.Unchecked, status.Pending));
        Assert.Equal(("index", new RunTotals(7, 6, 0, 0, 1, 0, 3)), (status.Last!.Verb, status.Last.Totals));
        Assert.True(status.Compression is "lz4" or "pglz");
        Assert.NotNull(status.Last.Finished);
    }

    [Fact]
    public async Task A_purge_keeps_schema_key_terms_and_numbers()
    {
        var run = await ledger.StartRunAsync("index", Cancelled);
        await stock.WriteAsync(Stock.Study("a"));
        await ledger.RecordAsync(run, [Input("a", "stored")], Cancelled);
        await new Folder(database.Owner).FoldAllAsync(Cancelled);
        var kept = await KeptAsync();
        var upto = await database.ValueAsync<long>("select upto from fold_state where type = 1");

        await ledger.PurgeAsync(Cancelled);

        Assert.Equal(kept, await KeptAsync());
        Assert.Equal(0L, await database.ValueAsync<long>(
            """
            select (select count(*) from resource) + (select count(*) from search_row) + (select count(*) from bits) + (select count(*) from ref_row)
                 + (select count(*) from ident_row) + (select count(*) from date_row) + (select count(*) from pending) + (select count(*) from page_query)
                 + (select count(*) from intake.series) + (select count(*) from intake.input) + (select count(*) from intake.run) + (select count(*) from intake.finding)
            """));
        Assert.True(await database.ValueAsync<bool>($"select upto = floor and upto > {upto} from fold_state where type = 1"));

        await stock.WriteAsync(Stock.Study("a"));
        await new Folder(database.Owner).FoldAllAsync(Cancelled);
        Assert.Equal("a", await stock.WithTermAsync("modality", "CT"));
    }

    [Fact]
    public async Task A_purge_beside_writers_and_folds_ends_in_no_error()
    {
        using var ended = new CancellationTokenSource();
        var writing = Enumerable.Range(0, 3).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !ended.IsCancellationRequested; i++)
            {
                await using var batch = await stock.BeginAsync([$"s{writer}"]);
                await batch.SaveSeriesAsync([new KeptSeries($"s{writer}", "1", i, [1])], Cancelled);
                await batch.WriteAsync([Stock.Study($"s{writer}-{i}"), Stock.Device("d")], Cancelled);
                await batch.CommitAsync(Cancelled);
                await new Folder(database.Owner).FoldAsync(Cancelled);
            }
        }, Cancelled)).ToList();

        for (var i = 0; i < 10; i++) await ledger.PurgeAsync(Cancelled);
        await ended.CancelAsync();
        await Task.WhenAll(writing);
        await new Folder(database.Owner).FoldAllAsync(Cancelled);

        Assert.Equal(
            await database.ValueAsync<long>("select count(*) from resource where type = 1 and not deleted"),
            await stock.CountLiveAsync(ServedType.ImagingStudy));
    }

    Task<string> KeptAsync() => database.ValueAsync<string>(
        """
        select (select string_agg(number || name, ' ' order by number) from journal) || (select encode(value, 'hex') from setting where name = 'page-key')
            || (select string_agg(id || param || kind::text || code, ' ' order by id) from term)
        """);

    async Task<List<string>> LinesAsync(string? outcome)
    {
        var lines = new List<string>();
        await foreach (var line in ledger.InputsAsync(outcome, Cancelled)) lines.Add($"{line.Source} {line.Outcome}");
        return lines;
    }

    static byte[] Hash(string name) => Encoding.UTF8.GetBytes(name);

    static InputRecord Input(string name, string outcome, string? reason = null) =>
        new() { NameHash = Hash(name), Name = name, Size = 10, Outcome = outcome, Reason = reason };
}
