using Dicom2Fhir.Store;

namespace Dicom2Fhir.PostgresTests.Store;

public sealed class CompanionTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    readonly Stock stock = new(database.Owner);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await new Ledger(database.Owner).PurgeAsync(Cancelled);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_companion_lives_as_long_as_a_study_has_it()
    {
        Assert.Equal(0, await SetAsync(["1.1", "1.2"], ("1.1", "d1"), ("1.1", "d2"), ("1.2", "d2")));
        Assert.Equal("d1 d2", await DevicesAsync());

        Assert.Equal(1, await SetAsync(["1.1"], ("1.1", "d3")));
        Assert.Equal("d2 d3", await DevicesAsync());

        Assert.Equal(1, await SetAsync(["1.2"]));
        Assert.Equal("d3", await DevicesAsync());
        Assert.Equal(0, await SetAsync(["1.1"], ("1.1", "d3")));
    }

    [Fact]
    public async Task An_imported_resource_is_never_deleted_with_a_study()
    {
        await stock.WriteAsync(Stock.Device("d1", Origin.Import));
        await using (var batch = await stock.BeginAsync(["1.1"]))
        {
            Assert.Equal([WriteOutcome.IdConflict], await batch.WriteAsync([Stock.Device("d1")], Cancelled));
            await batch.SetCompanionsAsync(["1.1"], [new Companion("1.1", ServedType.Device, "d1")], Cancelled);
            await batch.CommitAsync(Cancelled);
        }

        Assert.Equal(0, await SetAsync(["1.1"]));
        Assert.Equal("d1", await DevicesAsync());
    }

    [Fact]
    public async Task A_device_that_another_batch_is_about_to_refer_to_stays()
    {
        await SetAsync(["1.1"], ("1.1", "d1"));
        await using var other = await stock.BeginAsync(["1.2"]);
        Assert.Equal([WriteOutcome.Unchanged], await other.WriteAsync([Stock.Device("d1")], Cancelled));
        await other.SetCompanionsAsync(["1.2"], [new Companion("1.2", ServedType.Device, "d1")], Cancelled);

        var dropping = SetAsync(["1.1"]);
        await Task.WhenAny(dropping, Task.Delay(300, Cancelled));
        Assert.False(dropping.IsCompleted);
        await other.CommitAsync(Cancelled);

        Assert.Equal(0, await dropping);
        Assert.Equal("d1", await DevicesAsync());
    }

    async Task<int> SetAsync(string[] studies, params (string Study, string Device)[] companions)
    {
        await using var batch = await stock.BeginAsync(studies);
        await batch.WriteAsync([.. companions.Select(row => row.Device).Distinct().Select(id => Stock.Device(id))], Cancelled);
        var deleted = await batch.SetCompanionsAsync(studies, [.. companions.Select(row => new Companion(row.Study, ServedType.Device, row.Device))], Cancelled);
        await batch.CommitAsync(Cancelled);
        return deleted;
    }

    Task<string> DevicesAsync() => database.ValueAsync<string>("select coalesce(string_agg(id, ' ' order by id), '') from resource where type = 2 and not deleted");
}
