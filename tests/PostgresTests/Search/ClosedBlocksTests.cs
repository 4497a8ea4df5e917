using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>Counts from kept bitmaps equal those of the database, whatever was folded, replaced or erased between two counts.</summary>
public sealed class ClosedBlocksTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    const int Terms = 6;
    const int First = 1_000_000;       // numbers of terms that no resource has

    static readonly ServedType Type = ServedType.Composition;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await ExecuteAsync(
        """
        delete from bits where term >= 1000000 or term in (select id from term where type = @Type and kind = 'l' and param = '');
        insert into fold_state (type) values (@Type) on conflict do nothing;
        """);

    public async ValueTask DisposeAsync() => await ExecuteAsync(
        """
        delete from bits where term >= 1000000 or term in (select id from term where type = @Type and kind = 'l' and param = '');
        update fold_state set upto = 0, bits_version = bits_version + 1 where type = @Type;
        """);

    [Fact]
    public async Task Every_shape_of_search_counts_the_same()
    {
        await FillAsync(0, 12);
        var random = new Random(1);
        var counts = new List<long>();
        for (var i = 0; i < 60; i++) counts.Add(await SameAsync(Leaves(random)));

        Assert.InRange(counts.Distinct().Count(), 30, 60);
    }

    [Fact]
    public async Task New_blocks_are_counted_as_they_close()
    {
        await FillAsync(0, 9);
        await SameAsync([Leaf(0), Leaf(1)]);
        await FillAsync(9, 14);
        await SameAsync([Leaf(0), Leaf(1)]);
    }

    [Fact]
    public async Task What_is_replaced_is_counted_no_more()
    {
        await FillAsync(0, 9);
        await SameAsync([Leaf(0)]);
        await ExecuteAsync(
            """
            update bits set b = b & ~(repeat('1', 500) || repeat('0', 31500))::bit(32000) where term in (select id from term where type = @Type and kind = 'l' and param = '');
            update fold_state set live_version = live_version + 1 where type = @Type;
            """);
        await SameAsync([Leaf(0)]);
    }

    [Fact]
    public async Task What_is_erased_is_counted_no_more()
    {
        await FillAsync(0, 9);
        await SameAsync([Leaf(0), Leaf(1, negated: true)]);
        await ExecuteAsync(
            """
            update bits set b = b & ~(repeat('1', 900) || repeat('0', 31100))::bit(32000) where term >= 1000000 and block = 3;
            update fold_state set bits_version = bits_version + 1 where type = @Type;
            """);
        await SameAsync([Leaf(0), Leaf(1, negated: true)]);
    }

    [Fact]
    public async Task Closed_blocks_are_read_once()
    {
        await FillAsync(0, 9);
        var before = await CountAsync([Leaf(0)]);
        Assert.NotEqual(0, before);
        await ExecuteAsync("delete from bits where term >= 1000000 and block < 9");

        Assert.Equal(before, await CountAsync([Leaf(0)]));
    }

    [Theory]
    [InlineData("live_version = live_version + 1")]
    [InlineData("bits_version = bits_version + 1")]
    [InlineData("upto = upto + 1")]
    public async Task A_count_by_an_earlier_watermark_is_none(string change)
    {
        await FillAsync(0, 9);
        await SameAsync([Leaf(1)]);
        await using var connection = await database.Owner.OpenConnectionAsync(Cancelled);
        var matches = new Matches(connection, Type, [Leaf(1)], ClosedBlocks.Of(connection).LastOf(Type)!, 0);
        Assert.NotNull(await matches.CountKeptAsync(Cancelled));
        await ExecuteAsync($"update fold_state set {change} where type = @Type");

        Assert.Null(await matches.CountKeptAsync(Cancelled));
    }

    // A block as it is after a closed one: nothing above the watermark.
    Task FillAsync(int from, int to) => ExecuteAsync(
        $"""
        insert into bits (term, block, b)
        select t, block, repeat(string_agg(case when random() < (array[0.002, 0.1, 0.25, 0.03, 0.6, 0.85])[t % 6 + 1] then '1' else '0' end, ''), 32)::bit(32000)
          from (select generate_series({First}, {First + Terms - 1}) as t union all select id from term where type = @Type and kind = 'l' and param = '') t,
               generate_series({from}, {to}) block, generate_series(1, 1000)
         where block % 5 <> t % 7 or t < {First}
         group by t, block
        on conflict (term, block) do nothing;
        update fold_state set upto = {to}::bigint * 32000 + 20000 where type = @Type;
        """);

    static Leaf Leaf(int term, bool negated = false) => new(negated, [First + term], null);

    static List<Leaf> Leaves(Random random)
    {
        var leaves = new List<Leaf>();
        for (var i = random.Next(4); i >= 0; i--)
        {
            leaves.Add(new Leaf(random.Next(3) == 0, [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => First + random.Next(Terms)).Distinct()], null));
        }

        return leaves;
    }

    async Task<long> SameAsync(IReadOnlyList<Leaf> leaves)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(Cancelled);
        var state = await TypeState.ReadAsync(connection, Type, Cancelled);
        await using var command = Matches.Command(connection, SqlCompiler.Count(leaves, state.Live));
        var expected = (long)(await command.ExecuteScalarAsync(Cancelled))!;

        Assert.InRange(state.ClosedBlocks, ClosedBlocks.Worthwhile, 20);
        var matches = new Matches(connection, Type, leaves, state, state.Upto);
        Assert.Contains(await matches.CountKeptAsync(Cancelled), new long?[] { null, expected });
        Assert.Equal(expected, await matches.CountAsync(Cancelled));
        Assert.Equal(expected, await matches.CountKeptAsync(Cancelled));
        Assert.Equal(state, ClosedBlocks.Of(connection).LastOf(Type));
        return expected;
    }

    async Task<long> CountAsync(IReadOnlyList<Leaf> leaves)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(Cancelled);
        var state = await TypeState.ReadAsync(connection, Type, Cancelled);
        return await new Matches(connection, Type, leaves, state, state.Upto).CountAsync(Cancelled);
    }

    async Task ExecuteAsync(string sql)
    {
        await using var command = database.Owner.CreateCommand(sql.Replace("@Type", Type.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        await command.ExecuteNonQueryAsync(Cancelled);
    }
}
