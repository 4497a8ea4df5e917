using System.Text;
using System.Text.Json;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.PostgresTests.Store;

public sealed class WriteBatchTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    readonly Stock stock = new(database.Owner);
    readonly ResourceReader reader = new(database.Owner);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await new Ledger(database.Owner).PurgeAsync(Cancelled);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_new_resource_has_version_1_and_both_stamps_in_its_text()
    {
        Assert.Equal([WriteOutcome.Created], await stock.WriteAsync(Stock.Study("a")));

        var found = await FoundAsync("a");
        using var parsed = JsonDocument.Parse(found.Document);
        var meta = parsed.RootElement.GetProperty("meta");
        Assert.Equal(1, found.Version);
        Assert.Equal("1", meta.GetProperty("versionId").GetString());
        Assert.Equal(found.LastUpdated, meta.GetProperty("lastUpdated").GetDateTimeOffset().UtcDateTime);
        Assert.Equal(0, found.LastUpdated.Ticks % TimeSpan.TicksPerMillisecond);
    }

    [Fact]
    public async Task Equal_content_writes_nothing()
    {
        await stock.WriteAsync(Stock.Study("a"), Stock.Device("d"));
        var before = await FoundAsync("a");
        var row = await database.ValueAsync<string>("select string_agg(ctid::text || xmin::text, ' ' order by id) from resource");
        await new Folder(database.Owner).FoldAllAsync(Cancelled);

        Assert.Equal([WriteOutcome.Unchanged, WriteOutcome.Unchanged], await stock.WriteAsync(Stock.Study("a"), Stock.Device("d")));

        var after = await FoundAsync("a");
        Assert.Equal((before.Version, before.LastUpdated, before.Text), (after.Version, after.LastUpdated, after.Text));
        Assert.Equal(row, await database.ValueAsync<string>("select string_agg(ctid::text || xmin::text, ' ' order by id) from resource"));
        Assert.Equal(0L, await database.ValueAsync<long>("select count(*) from pending"));
    }

    [Fact]
    public async Task What_was_made_ready_is_stored_and_indexed_as_what_was_not()
    {
        const string Waiting = "select string_agg(to_jsonb(p)::text, ' ') from (select patient, started, (select array_agg(t order by t) from unnest(terms) t) as terms, ident_hash, ref_target, str_folded from pending) p";
        await stock.WriteAsync(Stock.Study("a"));
        var (document, entries) = ((await FoundAsync("a")).Text, await database.ValueAsync<string>(Waiting));
        var today = await database.ValueAsync<string>("select string_agg(id::text, ',') from term where param = '_lastUpdated'");
        await new Ledger(database.Owner).PurgeAsync(Cancelled);

        Assert.Equal([WriteOutcome.Created], await stock.WriteAsync(await stock.PrepareAsync(Stock.Study("a"))));

        Assert.Equal(entries, await database.ValueAsync<string>(Waiting));
        Assert.Equal(WithoutTime(document), WithoutTime((await FoundAsync("a")).Text));
        Assert.Equal(today, await database.ValueAsync<string>("select string_agg(id::text, ',') from term where param = '_lastUpdated'"));
        Assert.Equal([WriteOutcome.Unchanged], await stock.WriteAsync(await stock.PrepareAsync(Stock.Study("a"))));

        static string WithoutTime(string text) => text.Remove(text.IndexOf("\"lastUpdated\"", StringComparison.Ordinal), 40);
    }

    [Fact]
    public async Task Numbers_of_another_server_are_not_written()
    {
        var ready = await stock.PrepareAsync(Stock.Study("a", "CT"), Stock.Study("b", "MR"));
        foreach (var (from, to) in new[] { ("CT", "-"), ("MR", "CT"), ("-", "MR") })        // as a new primary that gave them out again
        {
            await database.ExecuteAsync($"update term set code = '{to}' where param = 'modality' and kind = 't' and code = '{from}'");
        }

        TermNumbers.Forget();

        await stock.WriteAsync(ready);
        await new Folder(database.Owner).FoldAllAsync(Cancelled);

        Assert.Equal("a", await stock.WithTermAsync("modality", "CT"));
        Assert.Equal("b", await stock.WithTermAsync("modality", "MR"));
    }

    [Fact]
    public async Task Other_content_is_a_new_version_and_never_an_earlier_time()
    {
        await stock.WriteAsync(Stock.Study("a", "CT"));
        await database.ExecuteAsync("update resource set last_updated = date_trunc('milliseconds', clock_timestamp()) + interval '1 hour'");
        var before = await FoundAsync("a");

        Assert.Equal([WriteOutcome.Updated], await stock.WriteAsync(Stock.Study("a", "MR")));

        var found = await FoundAsync("a");
        Assert.Equal(2, found.Version);
        Assert.Equal(before.LastUpdated, found.LastUpdated);
        Assert.Contains(ResourceText.Instant(before.LastUpdated), found.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tombstone_answers_gone_and_the_version_goes_on_behind_it()
    {
        await stock.WriteAsync(Stock.Study("a"));
        Assert.Equal(1, await stock.DeleteAsync("a"));
        Assert.Equal(0, await stock.DeleteAsync("a"));
        Assert.Equal(2, Assert.IsType<ReadResult.Gone>(await reader.ReadAsync(ServedType.ImagingStudy, "a", Cancelled)).Version);

        Assert.Equal([WriteOutcome.Created], await stock.WriteAsync(Stock.Study("a")));
        Assert.Equal(3, (await FoundAsync("a")).Version);
    }

    [Fact]
    public async Task What_was_never_written_is_not_found() =>
        Assert.IsType<ReadResult.NotFound>(await reader.ReadAsync(ServedType.ImagingStudy, "never", Cancelled));

    [Fact]
    public async Task Nothing_of_a_batch_is_there_before_its_commit()
    {
        await using (var batch = await stock.BeginAsync(["a"]))
        {
            await batch.WriteAsync([Stock.Study("a")], Cancelled);
            await batch.SaveSeriesAsync([new KeptSeries("a", "1", 1, [1])], Cancelled);
            Assert.IsType<ReadResult.NotFound>(await reader.ReadAsync(ServedType.ImagingStudy, "a", Cancelled));
        }

        Assert.IsType<ReadResult.NotFound>(await reader.ReadAsync(ServedType.ImagingStudy, "a", Cancelled));
        Assert.Equal(0L, await database.ValueAsync<long>("select (select count(*) from pending) + (select count(*) from intake.series) + (select count(*) from resource)"));
    }

    [Theory]
    [InlineData("a", "1.2.3", "a", "9.9", "the same id")]
    [InlineData("a", "1.2.3", "b", "1.2.3", "the same study identifier")]
    public async Task What_the_other_origin_holds_stays(string id, string uid, string otherId, string otherUid, string reason)
    {
        await stock.WriteAsync(Stock.Study(id, origin: Origin.Import, uid: uid));

        Assert.Equal([WriteOutcome.IdConflict, WriteOutcome.Created], await stock.WriteAsync(Stock.Study(otherId, "MR", uid: otherUid), Stock.Study("other")));
        Assert.Equal(0, await stock.DeleteAsync(id));

        Assert.True(2 == await database.ValueAsync<long>("select count(*) from resource"), reason);
        Assert.Contains("CT", (await FoundAsync(id)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_resource_may_be_taken_by_the_other_origin()
    {
        await stock.WriteAsync(Stock.Study("a", origin: Origin.Import));
        await stock.DeleteAsync("a", Origin.Import);
        Assert.Equal([WriteOutcome.Created], await stock.WriteAsync(Stock.Study("a")));
    }

    [Fact]
    public async Task Eight_writers_of_one_study_and_the_same_devices_surface_no_error()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 15; i++)
            {
                ResourceWrite[] writes = [Stock.Device("d3"), Stock.Device("d1"), Stock.Study("shared", $"M{writer}{i}"), Stock.Study($"own{writer}"), Stock.Device($"n{i}")];
                await stock.WriteAsync(writer % 2 == 0 ? writes : [.. writes.Reverse()]);
            }
        }, Cancelled)));

        Assert.Equal(120, (await FoundAsync("shared")).Version);
        Assert.Equal(1, await database.ValueAsync<int>("select max(version) from resource where type = 2"));
        Assert.Equal(17L, await database.ValueAsync<long>("select count(*) from resource where type = 2"));
        await new Folder(database.Owner).FoldAllAsync(Cancelled);
        Assert.Equal(9L, await stock.CountLiveAsync(ServedType.ImagingStudy));
        Assert.Equal(17L, await stock.CountLiveAsync(ServedType.Device));
    }

    [Fact]
    public async Task Two_batches_of_one_study_run_one_after_the_other()
    {
        await using var first = await stock.BeginAsync(["x", "y"]);
        var second = stock.BeginAsync(["y", "z"]);
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(200, Cancelled)));
        await first.CommitAsync(Cancelled);
        await using var begun = await second;
    }

    [Fact]
    public async Task A_value_no_index_can_hold_stands_in_the_document_and_stops_nothing()
    {
        var longTarget = Stock.Study("a", patient: new string('p', 5_000));
        var longCode = Stock.Study("b", new string('M', 5_000));
        var nul = Stock.Study("c", "C\0T");
        var half = Stock.Study("d", "C\ud800");

        Assert.All(await stock.WriteAsync(longTarget, longCode, nul, half), outcome => Assert.Equal(WriteOutcome.Created, outcome));
        await new Folder(database.Owner).FoldAllAsync(Cancelled);

        Assert.Equal("a b c d", await stock.LiveAsync());
        Assert.Contains(new string('p', 5_000), (await FoundAsync("a")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_records_may_hold_any_text()
    {
        var ledger = new Ledger(database.Owner);
        var run = await ledger.StartRunAsync("index", Cancelled);
        await ledger.RecordAsync(run, [new InputRecord { NameHash = [1], Name = "a\0b", Size = 1, Outcome = "quarantined", Reason = "bad-uid", Text = "\ud800" }], Cancelled);

        await foreach (var line in ledger.InputsAsync(null, Cancelled))
        {
            Assert.Equal(("a\ufffdb", "\ufffd"), (line.Source, line.Text));
        }
    }

    [Fact]
    public async Task Kept_series_come_back_as_they_were_and_are_replaced()
    {
        await using (var batch = await stock.BeginAsync(["s"]))
        {
            await batch.SaveSeriesAsync([new KeptSeries("s", "2", 3, [1, 2]), new KeptSeries("s", "1", 1, [0])], Cancelled);
            await batch.SaveFindingsAsync(["s"], [new KeptFinding("s", "varies", 1, "Modality", "two values")], Cancelled);
            await batch.CommitAsync(Cancelled);
        }

        await using (var batch = await stock.BeginAsync(["s"]))
        {
            await batch.SaveSeriesAsync([new KeptSeries("s", "2", 4, [9])], Cancelled);
            await batch.SaveFindingsAsync(["s"], [], Cancelled);
            var kept = await batch.LoadSeriesAsync(["s"], Cancelled);
            Assert.Equal(["1:1:AA==", "2:4:CQ=="], kept.Select(series => $"{series.SeriesUid}:{series.Instances}:{Convert.ToBase64String(series.Attributes)}"));
            await batch.CommitAsync(Cancelled);
        }

        Assert.Equal(0L, await database.ValueAsync<long>("select count(*) from intake.finding"));
    }

    [Fact]
    public async Task A_withheld_study_changes_the_outcomes_of_its_inputs()
    {
        var ledger = new Ledger(database.Owner);
        var run = await ledger.StartRunAsync("index", Cancelled);
        await ledger.RecordAsync(run, [Input("a", "s", "stored"), Input("b", "s", "updated"), Input("c", "t", "stored")], Cancelled);
        await using (var batch = await stock.BeginAsync(["s"]))
        {
            Assert.Equal(2, await batch.ReclassifyAsync("s", (["stored", "updated"], null), ("quarantined", "patient-conflict", "text"), Cancelled));
            await batch.CommitAsync(Cancelled);
        }

        var status = await ledger.StatusAsync(Cancelled);
        Assert.Equal(2, status.Inputs["quarantined"]);
        Assert.Equal(1, status.Inputs["stored"]);
        Assert.Equal(2, status.Reasons["patient-conflict"]);
    }

    static InputRecord Input(string name, string study, string outcome) =>
        new() { NameHash = Encoding.UTF8.GetBytes(name), Name = name, Size = 1, Outcome = outcome, StudyUid = study, SeriesUid = "1", SopUid = name };

    async Task<StoredResource> FoundAsync(string id) =>
        Assert.IsType<ReadResult.Found>(await reader.ReadAsync(ServedType.ImagingStudy, id, Cancelled)).Resource;
}
