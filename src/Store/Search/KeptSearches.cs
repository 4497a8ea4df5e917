using System.Collections;
using System.Collections.Concurrent;

namespace Dicom2Fhir.Store.Search;

/// <summary>
/// Matches of searches whose pages are being followed, kept from the page that read them from the database: the pages behind it take their numbers from here.
/// Bits of numbers up to the horizon never change but when resources are erased, which bits_version counts, and rows that are gone since are left out when
/// rows are read. A page reads its rows first and the watermark's row behind them, in one message: floor and versions only rise, so what the watermark
/// says then was so when the rows were read, and no transaction is needed (docs/adr/0006).
/// </summary>
sealed class KeptSearches
{
    // 2,000 blocks: fifty clients that read dense pages, five that look for rare rows among millions.
    const long MostBytes = 8 * 1024 * 1024;

    static readonly ConcurrentDictionary<string, KeptSearches> ByDatabase = new(StringComparer.Ordinal);

    readonly Dictionary<string, (KeptSearch Search, long Used)> kept = new(StringComparer.Ordinal);
    readonly Lock gate = new();
    long bytes, clock;

    public static KeptSearches Of(string connectionString) => ByDatabase.GetOrAdd(connectionString, _ => new KeptSearches());

    /// <summary>Forgets what is kept of every database.</summary>
    public static void Forget() => ByDatabase.Clear();

    /// <summary>Null when the search is of a kind that is not kept: over several types, sorted, with resources of other types.</summary>
    public static string? KeyOf(SearchRequest request, long horizon)
    {
        if (request.Searches.Count > 1 || request.Sort.Count > 0 || request.Includes.Count > 0) return null;
        if (request.Criteria.Any(criterion => criterion is ChainCriterion or HasCriterion or CompartmentCriterion)) return null;
        return string.Join('\n', [request.Type.Name, $"{horizon}", .. request.Criteria.Select(Written)]);

        // with its length: a value may hold whatever parts the criteria
        static string Written(Criterion criterion)
        {
            var value = criterion.PrintValue();
            return $"{criterion.PrintName()}={value.Length}:{value}";
        }
    }

    public KeptSearch? Find(string key)
    {
        lock (gate)
        {
            if (!kept.TryGetValue(key, out var found)) return null;
            kept[key] = found with { Used = ++clock };
            return found.Search;
        }
    }

    /// <summary>Keeps blocks of a search beside those it has: several clients may follow it at several places.</summary>
    public void Keep(string key, KeptSearch search)
    {
        lock (gate)
        {
            if (kept.Remove(key, out var old))
            {
                bytes -= old.Search.Bytes;
                search = search.With(old.Search);
            }

            kept[key] = (search, ++clock);
            bytes += search.Bytes;
            while (bytes > MostBytes && kept.Count > 1)
            {
                var oldest = kept.MinBy(pair => pair.Value.Used).Key;
                bytes -= kept[oldest].Search.Bytes;
                kept.Remove(oldest);
            }
        }
    }
}

/// <summary>Blocks of the matches of a search; some may be gone since they were read.</summary>
/// <param name="BitsVersion">As they were read; so <paramref name="Tables"/>.</param>
/// <param name="Blocks">By number; null where nothing matches.</param>
sealed record KeptSearch(long Horizon, long BitsVersion, long Tables, IReadOnlyDictionary<int, BitArray?> Blocks)
{
    const int BytesOfEntry = 500;

    public long Bytes { get; } = BytesOfEntry + Blocks.Values.Count(block => block is not null) * (Matches.BlockSize / 8L);

    /// <summary>True when rows that were read before this watermark stood are what the kept numbers say.</summary>
    public bool Holds(long upto, long floor, long bitsVersion, long tables) => upto >= Horizon && floor <= Horizon && bitsVersion == BitsVersion && tables == Tables;

    /// <summary>With blocks of the same search that were read before, if they are of the same bits.</summary>
    public KeptSearch With(KeptSearch before) =>
        before.BitsVersion == BitsVersion && before.Tables == Tables && before.Horizon == Horizon
            ? new KeptSearch(Horizon, BitsVersion, Tables, before.Blocks.Concat(Blocks).DistinctBy(block => block.Key).ToDictionary())
            : this;

    /// <summary>The next numbers behind one, fewer at the end of the matches; null when they lie in blocks that are not kept.</summary>
    public List<long>? Next(long after, int count)
    {
        var numbers = new List<long>(count);
        for (var block = (int)((after + 1) / Matches.BlockSize); block <= Horizon / Matches.BlockSize && numbers.Count < count; block++)
        {
            if (!Blocks.TryGetValue(block, out var bits)) return null;
            if (bits is not null) numbers.AddRange(Matches.NumbersOf(block, bits, after, Horizon).Take(count - numbers.Count));
        }

        return numbers;
    }
}
