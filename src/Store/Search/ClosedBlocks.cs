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

    /// <summary>Terms of a search: the two ends of a range of dates have some forty each; longer lists would fill the memory for little.</summary>
    public const int MostTerms = 128;

    // Of 10 million resources 30 common terms, or any number of days. The facade is to stay under 300 MB.
    const long MostBytes = 40 * 1024 * 1024;

    static readonly ConcurrentDictionary<string, ClosedBlocks> ByDatabase = new(StringComparer.Ordinal);
    static readonly SemaphoreSlim Loading = new(1);

    readonly ConcurrentDictionary<ServedType, TypeState> counted = new();
    readonly Dictionary<int, Entry> kept = [];
    readonly Lock gate = new();
    long bytes, clock;

    /// <param name="Blocks">By number; null where the term has no bit.</param>
    sealed record Bitmap((long, long) Version, KeptBlock?[] Blocks)
    {
        public long Bytes { get; } = Blocks.Sum(block => 8L + (block?.Bytes ?? 0));
    }

    sealed record Entry(Bitmap Bitmap, long Used);

    public static ClosedBlocks Of(NpgsqlConnection connection) => ByDatabase.GetOrAdd(connection.ConnectionString, _ => new ClosedBlocks());

    /// <summary>Forgets what is kept of every database.</summary>
    public static void Forget() => ByDatabase.Clear();

    /// <summary>The watermark with which resources of the type were counted last; null when none were.</summary>
    public TypeState? LastOf(ServedType type) => counted.GetValueOrDefault(type);

    /// <summary>How many rows of closed blocks are live and match.</summary>
    /// <param name="connection">With the snapshot of <paramref name="state"/>.</param>
    public async Task<long> CountAsync(NpgsqlConnection connection, ServedType type, TypeState state, IReadOnlyList<Leaf> leaves, CancellationToken cancellationToken)
    {
        var terms = Find(state, leaves);
        if (terms.ContainsValue(null)) terms = await LoadAsync(connection, state, leaves, cancellationToken);
        counted[type] = state;
        return Count(state, leaves, terms!);
    }

    // One at a time: thirty clients that ask the same of a cold facade would each read, and hold, all of it.
    async Task<Dictionary<int, Bitmap?>> LoadAsync(NpgsqlConnection connection, TypeState state, IReadOnlyList<Leaf> leaves, CancellationToken cancellationToken)
    {
        await Loading.WaitAsync(cancellationToken);
        try
        {
            var terms = Find(state, leaves);
            var missing = terms.Where(pair => pair.Value is null).Select(pair => pair.Key).ToList();
            foreach (var (term, blocks) in await ReadAsync(connection, missing, state.ClosedBlocks, cancellationToken))
            {
                terms[term] = new Bitmap(VersionOf(term, state), blocks);
                Keep(term, terms[term]!);
            }

            return terms;
        }
        finally
        {
            Loading.Release();
        }
    }

    /// <summary>Gives that number when it is asked for; null when a bitmap is not kept.</summary>
    public Func<long>? Kept(TypeState state, IReadOnlyList<Leaf> leaves)
    {
        var terms = Find(state, leaves);
        return terms.ContainsValue(null) ? null : () => Count(state, leaves, terms!);
    }

    Dictionary<int, Bitmap?> Find(TypeState state, IReadOnlyList<Leaf> leaves) =>
        leaves.SelectMany(leaf => leaf.Terms).Append(state.Live).Distinct().ToDictionary(term => term, term => Find(term, VersionOf(term, state), state.ClosedBlocks));

    static long Count(TypeState state, IReadOnlyList<Leaf> leaves, Dictionary<int, Bitmap> terms)
    {
        var total = 0L;
        var (row, some) = (new ulong[KeptBlock.Words], new ulong[KeptBlock.Words]);
        for (var block = 0; block < state.ClosedBlocks; block++) total += CountBlock(block, leaves, terms, state.Live, row, some);
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
            kept[term] = new Entry(bitmap, ++clock);
            bytes += bitmap.Bytes;
            while (bytes > MostBytes && kept.Count > 1)
            {
                var oldest = kept.MinBy(pair => pair.Value.Used).Key;
                bytes -= kept[oldest].Bitmap.Bytes;
                kept.Remove(oldest);
            }
        }
    }

    static async Task<Dictionary<int, KeptBlock?[]>> ReadAsync(NpgsqlConnection connection, List<int> terms, int closed, CancellationToken cancellationToken)
    {
        var read = terms.ToDictionary(term => term, _ => new KeptBlock?[closed]);
        if (terms.Count == 0) return read;
        await using var command = new NpgsqlCommand("select term, block, b from bits where term = any($1) and block < $2", connection);
        command.Parameters.AddWithValue(terms.ToArray());
        command.Parameters.AddWithValue(closed);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) read[reader.GetInt32(0)][reader.GetInt32(1)] = KeptBlock.Of(reader.GetFieldValue<BitArray>(2));
        return read;
    }

    static long CountBlock(int block, IReadOnlyList<Leaf> leaves, Dictionary<int, Bitmap> terms, int live, ulong[] row, ulong[] some)
    {
        if (terms[live].Blocks[block] is not { } standing) return 0;
        row.AsSpan().Clear();
        standing.AddTo(row);
        foreach (var leaf in leaves)
        {
            some.AsSpan().Clear();
            var any = false;
            foreach (var term in leaf.Terms)
            {
                if (terms[term].Blocks[block] is not { } of) continue;
                of.AddTo(some);
                any = true;
            }

            if (any) KeptBlock.Narrow(row, some, leaf.Negated);
            else if (!leaf.Negated) return 0;
        }

        var count = 0L;
        foreach (var word in row) count += BitOperations.PopCount(word);
        return count;
    }
}
