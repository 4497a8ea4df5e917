using System.Collections;
using System.Numerics;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.UnitTests.Store.Search;

public sealed class KeptBlockTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(999)]
    [InlineData(1_000)]
    [InlineData(1_001)]
    [InlineData(32_000)]
    public void A_block_gives_back_its_bits_however_it_is_kept(int count)
    {
        var bits = new BitArray(Matches.BlockSize);
        foreach (var place in Enumerable.Range(0, Matches.BlockSize).OrderBy(place => (place * 7919L) % 32_003).Take(count)) bits[place] = true;
        var words = new ulong[KeptBlock.Words];
        words[^1] = 1;      // what is there stays

        KeptBlock.Of(bits).AddTo(words);

        Assert.Equal(count + 1, words.Sum(BitOperations.PopCount));
        Assert.All(Enumerable.Range(0, Matches.BlockSize), place => Assert.Equal(bits[place], (words[place / 64] >> (place % 64) & 1) == 1));
    }

    [Fact]
    public void Few_bits_take_little_memory()
    {
        Assert.InRange(KeptBlock.Of(new BitArray(Matches.BlockSize) { [7] = true, [31_999] = true }).Bytes, 4, 100);
        Assert.InRange(KeptBlock.Of(new BitArray(Matches.BlockSize, true)).Bytes, 4_000, 4_100);
    }
}
