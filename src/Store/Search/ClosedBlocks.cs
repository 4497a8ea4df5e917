using System.Collections;
using System.Collections.Concurrent;
using System.Numerics;
using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>
/// The bitmaps of recently counted terms in closed blocks: those whose numbers are all given. Their bits never change, but for the live ones, which the fold
/// clears, and when resources are erased: both are counted in the watermark's row, so whether a kept bitmap is good is a comparison of numbers of the
/// snapshot. A count reads only the open block from the database then.
/// </summary>
sealed class ClosedBlocks
{
    /// <summary>Closed blocks from which on keeping them saves time: fewer are read as fast as they are looked up.</summary>
    public const int Worthwhile = 8;

    /// <summary>Terms of a search: two ends of a range of dates have some twenty each; longer lists would fill the memory for little.</summary>
    public const int MostTerms = 64;

    // 50 terms of 10 million resources. The facade is to stay under 300 MB.
    const long MostBytes = 64 * 1024 * 1024;

    // Of a block, rounded up to whole vectors; bits behind its end are never set in the live ones.
    const int Words = 504;

    static readonly ConcurrentDictionary<string, ClosedBlocks> ByDatabase = new(StringComparer.Ordinal);

    readonly Dictionary<int, Kept> kept = [];
    readonly Lock gate = new();
    long bytes, clock;

    /// <param name="Blocks">By number; null where the term has no bit.</param>
    sealed record Bitmap((long, long) Version, ulong[]?[] Blocks)
    {
        public long Bytes { get; } = Blocks.Count(block => block is not null) * Words * 8L;
    }

    sealed record Kept(Bitmap Bitmap, long Used);

    public static ClosedBlocks Of(NpgsqlConnection connection) => ByDatabase.GetOrAdd(connection.ConnectionString, _ => new ClosedBlocks());

    /// <summary>Forgets what is kept of every database.</summary>
    public static void Forget() => ByDatabase.Clear();

    /// <summary>How many rows of closed blocks are live and match.</summary>
    /// <param name="connection">With the snapshot of <paramref name="state"/>.</param>
    public async Task<long> CountAsync(NpgsqlConnection connection, TypeState state, IReadOnlyList<Leaf> leaves, CancellationToken cancellationToken)
    {
        var closed = state.ClosedBlocks;
        var terms = leaves.SelectMany(leaf => leaf.Terms).Append(state.Live).Distinct().ToDictionary(term => term, term => Find(term, VersionOf(term, state), closed));
        var missing = terms.Where(pair => pair.Value is null).Select(pair => pair.Key).ToList();
        foreach (var (term, blocks) in await ReadAsync(connection, missing, closed, cancellationToken))
        {
            terms[term] = new Bitmap(VersionOf(term, state), blocks);
            Keep(term, terms[term]!);
        }

        var total = 0L;
        var row = new ulong[Words];
        for (var block = 0; block < closed; block++) total += CountBlock(block, leaves, terms!, state.Live, row);
        return total;
    }

    static (long, long) VersionOf(int term, TypeState state) => (state.BitsVersion, term == state.Live ? state.LiveVersion : 0);

    Bitmap? Find(int term, (long, long) version, int closed)
    {
        lock (gate)
        {
            if (!kept.TryGetValue(term, out var found) || found.Bitmap.Version != version || found.Bitmap.Blocks.Length < closed) return null;
            kept[term] = found with { Used = ++clock };
            return found.Bitmap;
        }
    }

    void Keep(int term, Bitmap bitmap)
    {
        lock (gate)
        {
            if (kept.Remove(term, out var old)) bytes -= old.Bitmap.Bytes;
            kept[term] = new Kept(bitmap, ++clock);
            bytes += bitmap.Bytes;
            while (bytes > MostBytes && kept.Count > 1)
            {
                var oldest = kept.MinBy(pair => pair.Value.Used).Key;
                bytes -= kept[oldest].Bitmap.Bytes;
                kept.Remove(oldest);
            }
        }
    }

    static async Task<Dictionary<int, ulong[]?[]>> ReadAsync(NpgsqlConnection connection, List<int> terms, int closed, CancellationToken cancellationToken)
    {
        var read = terms.ToDictionary(term => term, _ => new ulong[]?[closed]);
        if (terms.Count == 0) return read;
        await using var command = new NpgsqlCommand("select term, block, b from bits where term = any($1) and block < $2", connection);
        command.Parameters.AddWithValue(terms.ToArray());
        command.Parameters.AddWithValue(closed);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) read[reader.GetInt32(0)][reader.GetInt32(1)] = WordsOf(reader.GetFieldValue<BitArray>(2));
        return read;
    }

    static ulong[] WordsOf(BitArray bits)
    {
        var bytes = new byte[Words * 8];
        bits.CopyTo(bytes, 0);
        var words = new ulong[Words];
        Buffer.BlockCopy(bytes, 0, words, 0, bytes.Length);
        return words;
    }

    static long CountBlock(int block, IReadOnlyList<Leaf> leaves, Dictionary<int, Bitmap> terms, int live, ulong[] row)
    {
        if (terms[live].Blocks[block] is not { } standing) return 0;
        standing.CopyTo(row, 0);
        foreach (var leaf in leaves)
        {
            var some = leaf.Terms.Select(term => terms[term].Blocks[block]).OfType<ulong[]>().ToList();
            if (some.Count == 0 && !leaf.Negated) return 0;
            if (some.Count > 0) Narrow(row, some, leaf.Negated);
        }

        var count = 0L;
        foreach (var word in row) count += BitOperations.PopCount(word);
        return count;
    }

    static void Narrow(ulong[] row, List<ulong[]> some, bool isNegated)
    {
        for (var i = 0; i < row.Length; i += Vector<ulong>.Count)
        {
            var any = new Vector<ulong>(some[0], i);
            for (var j = 1; j < some.Count; j++) any |= new Vector<ulong>(some[j], i);
            var narrowed = new Vector<ulong>(row, i) & (isNegated ? ~any : any);
            narrowed.CopyTo(row, i);
        }
    }
}
