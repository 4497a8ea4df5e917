using System.Collections;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.UnitTests.Store.Search;

public sealed class KeptSearchTests
{
    const int Block = Matches.BlockSize;

    // Blocks 1 to 3, the second without a match; the horizon lies in the third.
    static readonly KeptSearch Kept = new(3 * Block + 10, 5, 16_384, new Dictionary<int, BitArray?> { [1] = Bits(0, 1, Block - 1), [2] = null, [3] = Bits(4, 10, 11) });

    [Theory]
    [InlineData(3 * Block + 10, 0, 5, 16_384, true)]
    [InlineData(9 * Block, 3 * Block + 10, 5, 16_384, true)]
    [InlineData(3 * Block + 9, 0, 5, 16_384, false)]                // a replica that has not come so far
    [InlineData(9 * Block, 3 * Block + 11, 5, 16_384, false)]       // rows were removed that stood at the horizon
    [InlineData(9 * Block, 0, 6, 16_384, false)]
    [InlineData(9 * Block, 0, 4, 16_384, false)]
    [InlineData(9 * Block, 0, 5, 16_999, false)]                    // a backup was restored
    public void Holds_while_the_watermark_says_so(long upto, long floor, long bitsVersion, long tables, bool holds) =>
        Assert.Equal(holds, Kept.Holds(upto, floor, bitsVersion, tables));

    [Theory]
    [InlineData(Block - 1, 2, Block, Block + 1)]
    [InlineData(Block, 2, Block + 1, 2 * Block - 1)]
    [InlineData(Block + 1, 3, 2 * Block - 1, 3 * Block + 4, 3 * Block + 10)]
    [InlineData(2 * Block, 9, 3 * Block + 4, 3 * Block + 10)]
    [InlineData(3 * Block + 10, 9)]
    public void Gives_the_numbers_behind_one_up_to_the_horizon(long after, int count, params int[] numbers) =>
        Assert.Equal(numbers.Select(number => (long)number), Kept.Next(after, count));

    [Fact]
    public void Says_nothing_of_blocks_it_does_not_have()
    {
        Assert.Null(Kept.Next(5, 1));
        Assert.Null((Kept with { Horizon = 4 * Block }).Next(2 * Block, 4));
        Assert.Equal(3, (Kept with { Horizon = 4 * Block }).Next(2 * Block, 3)!.Count);
    }

    [Fact]
    public void Forgets_what_was_not_used_for_longest()
    {
        var searches = new KeptSearches();
        var large = new KeptSearch(Kept.Horizon, 5, Kept.Tables, Enumerable.Range(0, 500).ToDictionary(block => block, _ => (BitArray?)Bits(1)));
        for (var i = 0; i < 4; i++) searches.Keep($"{i}", large);
        searches.Find("0");
        searches.Keep("4", large);

        Assert.Equal(["0", "2", "3", "4"], Enumerable.Range(0, 5).Select(i => $"{i}").Where(key => searches.Find(key) is not null));
    }

    [Fact]
    public void Clients_at_several_places_of_a_search_do_not_displace_each_other()
    {
        var searches = new KeptSearches();
        searches.Keep("a", Kept);
        searches.Keep("a", new KeptSearch(Kept.Horizon, 5, Kept.Tables, new Dictionary<int, BitArray?> { [0] = Bits(7) }));
        Assert.Equal([7, Block, Block + 1], searches.Find("a")!.Next(0, 3));

        searches.Keep("a", new KeptSearch(Kept.Horizon, 6, Kept.Tables, new Dictionary<int, BitArray?> { [0] = Bits(8) }));       // resources were erased since
        Assert.Equal([8], searches.Find("a")!.Next(0, 1));
        Assert.Null(searches.Find("a")!.Next(0, 2));
    }

    [Fact]
    public void Searches_of_one_kind_alone_have_a_key_and_others_another()
    {
        string[] queries = ["status=completed", "status=stopped", "status:not=completed", "category=http://a|b", "category=http://a|b&status=completed", "category:text=a&status=completed", "category:text=a\nstatus=completed", ""];
        var keys = queries.Select(query => KeptSearches.KeyOf(Request(query), 7)).ToList();

        Assert.All(keys, Assert.NotNull);
        Assert.Equal(keys.Count, keys.Distinct().Count());
        Assert.NotEqual(keys[0], KeptSearches.KeyOf(Request(queries[0]), 8));
        Assert.All(["_sort=date", "subject:Patient.gender=male", "_include=Procedure:subject", "_revinclude=Observation:patient"], query => Assert.Null(KeptSearches.KeyOf(Request(query), 7)));
        Assert.Null(KeptSearches.KeyOf(QueryStringParser.ParseCompartment("p", ServedType.Procedure, [], Context).Request, 7));
    }

    static QueryContext Context => new(TimeZoneInfo.Utc, []);

    static SearchRequest Request(string query)
    {
        var pairs = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => KeyValuePair.Create(pair.Split('=', 2)[0], pair.Split('=', 2)[1]));
        var parsed = QueryStringParser.Parse(ServedType.Procedure, [.. pairs], Context);
        Assert.Empty(parsed.Problems);
        return parsed.Request;
    }

    static BitArray Bits(params int[] places)
    {
        var bits = new BitArray(Block);
        foreach (var place in places) bits[place] = true;
        return bits;
    }
}
