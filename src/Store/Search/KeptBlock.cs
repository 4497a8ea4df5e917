using System.Collections;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Dicom2Fhir.Store.Search;

/// <summary>A block of bits in memory: as words, or, when few are set, as their places: of 10 million resources some six of a block have the same day.</summary>
sealed class KeptBlock
{
    /// <summary>Of a block, rounded up to whole vectors; bits behind its end are never set in the live ones.</summary>
    public const int Words = 504;

    // Two bytes a place are fewer than a bit a row from here on, and setting them one by one is as fast as reading all words.
    const int MostPlaces = 1_000;

    const int Header = 24;

    readonly ulong[]? words;
    readonly ushort[]? places;

    KeptBlock(ulong[]? words, ushort[]? places) => (this.words, this.places) = (words, places);

    /// <summary>Bytes of memory.</summary>
    public long Bytes => (2 * Header) + ((words?.Length ?? 0) * 8L) + ((places?.Length ?? 0) * 2L);

    public static KeptBlock Of(BitArray bits)
    {
        var found = MemoryMarshal.Cast<int, ulong>(NumberSet.Words(bits));
        var count = 0;
        foreach (var word in found) count += BitOperations.PopCount(word);
        if (count <= MostPlaces) return new KeptBlock(null, [.. NumberSet.Places(bits, 0).Select(place => (ushort)place)]);
        var words = new ulong[Words];
        found.CopyTo(words);
        return new KeptBlock(words, null);
    }

    /// <summary>Sets its bits among others.</summary>
    public void AddTo(ulong[] others)
    {
        if (words is not null)
        {
            for (var i = 0; i < Words; i += Vector<ulong>.Count) (new Vector<ulong>(others, i) | new Vector<ulong>(words, i)).CopyTo(others, i);
        }
        else
        {
            foreach (var place in places!) others[place / 64] |= 1UL << (place % 64);
        }
    }

    /// <summary>Leaves of a row those that are among some, or that are not.</summary>
    public static void Narrow(ulong[] row, ulong[] some, bool isNegated)
    {
        for (var i = 0; i < Words; i += Vector<ulong>.Count)
        {
            var left = new Vector<ulong>(some, i);
            (new Vector<ulong>(row, i) & (isNegated ? ~left : left)).CopyTo(row, i);
        }
    }
}
