using Dicom2Fhir.Conformance;
using Dicom2Fhir.Indexer.Conformance;
using Dicom2Fhir.PostgresTests.Store;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dicom2Fhir.PostgresTests.Indexer;

/// <summary>What is unchecked, or was judged by other rules, is judged anew; nothing is withdrawn.</summary>
public sealed class RevalidatorTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    readonly Stock stock = new(database.Owner);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await new Ledger(database.Owner).PurgeAsync(Cancelled);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Unchecked_resources_get_a_state_in_batches_and_once()
    {
        await stock.WriteAsync([.. Enumerable.Range(0, 230).Select(i => Stock.Study($"s{i}"))]);
        Assert.Equal(230, await RunAsync(Gate()));
        Assert.Equal(0, await RunAsync(Gate()));
        Assert.Equal("1 http://hl7.org/fhir/StructureDefinition/ImagingStudy", await StatesAsync());
        Assert.Equal(1L, await database.ValueAsync<long>("select count(distinct judgement) from resource"));
    }

    [Fact]
    public async Task Other_rules_judge_anew_and_back()
    {
        await stock.WriteAsync(Stock.Study("a"), Stock.Device("d"));
        await RunAsync(Gate());
        Assert.Equal(2, await RunAsync(new WriteGate(Packages.Demanding("geraet", "Device", "owner"), tagFailures: false)));
        Assert.Equal(2, await RunAsync(Gate()));
    }

    [Fact]
    public async Task What_was_cut_off_goes_on()
    {
        await stock.WriteAsync([.. Enumerable.Range(0, 30).Select(i => Stock.Study($"s{i}"))]);
        await using (var first = await Revalidation.TakeAsync(database.Owner, Gate().Stamp, 10, Cancelled))
        {
            await first.SaveAsync([.. first.Resources.Select(resource => Gate().Judge(resource.Document).State)], Cancelled);
        }

        await using (var lost = await Revalidation.TakeAsync(database.Owner, Gate().Stamp, 10, Cancelled)) Assert.Equal(10, lost.Resources.Count);
        Assert.Equal(20, await RunAsync(Gate()));
    }

    [Fact]
    public async Task What_a_writer_holds_is_left_to_it()
    {
        await stock.WriteAsync(Stock.Study("a"), Stock.Study("b"));
        await using (var writer = await stock.BeginAsync(["a"]))
        {
            await writer.WriteAsync([Stock.Study("a", "MR")], Cancelled);
            Assert.Equal(1, await RunAsync(Gate()));
        }

        Assert.Equal(1, await RunAsync(Gate()));
    }

    [Fact]
    public async Task A_tag_comes_and_goes_with_the_verdict()
    {
        await stock.WriteAsync(Stock.Device("d", profile: "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-pr-bildgebung-geraet"));
        var strict = new WriteGate(Packages.Demanding("geraet", "Device", "owner"), tagFailures: true);
        await RunAsync(strict);
        Assert.Equal(2, await database.ValueAsync<int>("select conformance::int from resource"));
        Assert.Contains("nonconformant", await database.ValueAsync<string>("select document from resource"), StringComparison.Ordinal);
        Assert.Equal(2, await database.ValueAsync<int>("select version from resource"));

        await RunAsync(new WriteGate(ConformanceEngine.Shipped, tagFailures: true));
        Assert.Equal(1, await database.ValueAsync<int>("select conformance::int from resource"));
        Assert.DoesNotContain("nonconformant", await database.ValueAsync<string>("select document from resource"), StringComparison.Ordinal);
    }

    static WriteGate Gate() => new(ConformanceEngine.Shipped, tagFailures: false);

    Task<long> RunAsync(WriteGate gate) =>
        new Revalidator(database.Owner, new IndexExtractor(TimeZoneInfo.Utc), gate, NullLogger.Instance).RunAsync(Cancelled);

    Task<string> StatesAsync() => database.ValueAsync<string>("select string_agg(distinct conformance || ' ' || profile, ', ') from resource");
}
