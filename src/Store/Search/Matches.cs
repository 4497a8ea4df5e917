using System.Collections;
using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>Watermarks and special terms of a type.</summary>
/// <param name="All">Number of the term every row has.</param>
/// <param name="Live">Number of the term of rows that are not replaced or deleted.</param>
/// <param name="LiveVersion">Counts the folds that cleared live bits.</param>
/// <param name="BitsVersion">Counts what changed bits otherwise.</param>
/// <param name="Tables">Object id of the table all this stands in: another after a restore.</param>
sealed record TypeState(long Upto, long Floor, long LiveVersion, long BitsVersion, long Tables, int All, int Live)
{
    /// <summary>Blocks whose numbers are all given.</summary>
    public int ClosedBlocks => (int)((Upto + 1) / Matches.BlockSize);

    /// <summary>To be read before numbers that are remembered are used (<see cref="RememberedNumbers"/>).</summary>
    public static async Task<TypeState> ReadAsync(NpgsqlConnection connection, ServedType type, CancellationToken cancellationToken)
    {
        var state = await connection.QuerySingleAsync<TypeState>(new CommandDefinition(
            """
            select coalesce(f.upto, 0) as Upto, coalesce(f.floor, 0) as Floor, coalesce(f.live_version, 0) as LiveVersion, coalesce(f.bits_version, 0) as BitsVersion,
                   'fold_state'::regclass::bigint as Tables,
                   (select id from term where type = @Number and param = '' and kind = 'a') as "All",
                   (select id from term where type = @Number and param = '' and kind = 'l') as Live
              from (select) one left join fold_state f on f.type = @Number
            """,
            new { type.Number }, cancellationToken: cancellationToken));
        RememberedNumbers.Meet(connection.ConnectionString, state.Tables);
        return state;
    }

    /// <summary>Upto, floor, version of the bits, of the live ones and object id of the table: the row of what was folded, none before. Its numbers only rise.</summary>
    public static NpgsqlBatchCommand Watermark(ServedType type) =>
        new("select upto, floor, bits_version, live_version, tableoid::bigint from fold_state where type = $1") { Parameters = { new NpgsqlParameter { Value = type.Number } } };
}

/// <summary>Resolves the searches of a request on one snapshot, and those its chains ask of other types.</summary>
sealed class Matcher
{
    // Eight bytes each in a parameter; the resources of other types that a chain may reach.
    const int MostChained = 1_000_000;

    readonly NpgsqlConnection connection;
    readonly LeafResolver resolver;

    public Matcher(NpgsqlConnection connection, TimeZoneInfo zone)
    {
        this.connection = connection;
        resolver = new LeafResolver(new TermLookup(connection), zone, CurrentAsync);
    }

    public async Task<Matches> MatchesAsync(TypeSearch search, TypeState state, long horizon, CancellationToken cancellationToken) =>
        new(connection, search.Type, await resolver.ResolveAsync(search, cancellationToken), state, horizon);

    public Task<Leaf> LeafAsync(Criterion criterion, CancellationToken cancellationToken) => resolver.LeafAsync(criterion, cancellationToken);

    // Numbers may include rows that are gone by now: who uses them asks for gone_at.
    async Task<IReadOnlyList<long>> CurrentAsync(TypeSearch search, CancellationToken cancellationToken)
    {
        var state = await TypeState.ReadAsync(connection, search.Type, cancellationToken);
        var matches = await MatchesAsync(search, state, state.Upto, cancellationToken);
        var numbers = new List<long>();
        await foreach (var portion in matches.NumbersAsync(0, MostChained, cancellationToken))
        {
            numbers.AddRange(portion);
            if (numbers.Count > MostChained) throw new TooCostlyException(search.Type.Name, $"A chain reaches more than {MostChained:N0} resources of type {search.Type.Name}; narrow it.");
        }

        return numbers;
    }
}

/// <summary>The rows of one type that match, as leaves.</summary>
sealed class Matches
{
    /// <summary>Rows a bitmap block holds.</summary>
    public const int BlockSize = 32_000;

    // A page of 50 is mostly in the first block; rare matches need more, and each round trip costs as much as four blocks: so each asks four times as many.
    const int BlocksFirst = 4;

    const int NumbersAtOnce = 100_000;

    // By typed rows: the first window has as many numbers as fill a page where one in sixteen matches. Where it has none the value is rare, and the next has all.
    const long FirstWindow = 16;
    const int WindowGrowth = 32;

    readonly NpgsqlConnection connection;
    readonly IReadOnlyList<Leaf> leaves;
    readonly TypeState state;
    readonly bool nothing;
    readonly Dictionary<int, BitArray?> seen = [];

    public Matches(NpgsqlConnection connection, ServedType type, IReadOnlyList<Leaf> leaves, TypeState state, long horizon)
    {
        this.connection = connection;
        this.state = state;
        Type = type;
        Horizon = horizon;
        nothing = leaves.Any(leaf => leaf is { IsEmpty: true, Negated: false });
        this.leaves = [.. leaves.Where(leaf => !leaf.IsEmpty)];
    }

    public ServedType Type { get; }

    public long Horizon { get; }

    public IReadOnlyList<Leaf> Leaves => leaves;

    /// <summary>True when bitmaps alone answer: counting is cheap.</summary>
    public bool IsBitsOnly => nothing || SqlCompiler.IsBitsOnly(leaves);

    /// <summary>The blocks that <see cref="NumbersAsync"/> has read; null when it read none, or they do not say all up to the horizon.</summary>
    public KeptSearch? Seen => seen.Count > 0 && IsBitsOnly && Horizon <= state.Upto ? new KeptSearch(Horizon, state.BitsVersion, state.Tables, seen) : null;

    public CompiledQuery CountQuery => SqlCompiler.Count(leaves, state.Live);

    // Of the newest horizon the live term says what stands; of an older one only the rows do, and what is gone since is among the numbers.
    IReadOnlyList<Leaf> StandingLeaves => Horizon == state.Upto ? [new Leaf(false, [state.Live], null), .. leaves] : leaves;

    /// <summary>How many match and are current.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        if (nothing) return 0;
        if (SqlCompiler.IsRowDriven(leaves)) return (await RowsAsync(CountQuery, cancellationToken))[0];
        var closed = IsKept ? await ClosedBlocks.Of(connection).CountAsync(connection, Type, state, leaves, cancellationToken) : 0;
        await using var command = Command(connection, IsKept ? OpenCountQuery : CountQuery);
        return closed + (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// The same without a transaction, by the watermark of a count before: one message asks for the open block and, behind it, for the watermark, while the
    /// closed blocks are counted in memory. Null when one of them is not kept, or the watermark is another by now; while it is the same, it was so when the
    /// open block was read.
    /// </summary>
    public async Task<long?> CountKeptAsync(CancellationToken cancellationToken)
    {
        if (nothing || !IsKept || ClosedBlocks.Of(connection).Kept(state, leaves) is not { } closed) return null;
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Part(OpenCountQuery), TypeState.Watermark(Type) } };
        var answer = batch.ExecuteReaderAsync(cancellationToken);
        var total = closed();
        await using var reader = await answer;
        await reader.ReadAsync(cancellationToken);
        total += reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        var same = await reader.ReadAsync(cancellationToken) && reader.GetInt64(0) == state.Upto && reader.GetInt64(2) == state.BitsVersion
            && reader.GetInt64(3) == state.LiveVersion && reader.GetInt64(4) == state.Tables;
        return same ? total : null;
    }

    bool IsKept => IsBitsOnly && state.ClosedBlocks >= ClosedBlocks.Worthwhile && leaves.Sum(leaf => leaf.Terms.Count) <= ClosedBlocks.MostTerms;

    CompiledQuery OpenCountQuery => SqlCompiler.Count(leaves, state.Live, state.ClosedBlocks);

    /// <summary>Search numbers of matches in (after, horizon], in order, in portions; of an older horizon some may be gone.</summary>
    public async IAsyncEnumerable<List<long>> NumbersAsync(long after, int count, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (nothing) yield break;
        var numbers = SqlCompiler.IsRowDriven(leaves) ? RowNumbersAsync(after, count, cancellationToken) : BlockNumbersAsync(after, count, cancellationToken);
        await foreach (var portion in numbers) yield return portion;
    }

    // A value that many rows have would be read for all of them to show the first: so windows.
    async IAsyncEnumerable<List<long>> RowNumbersAsync(long after, int count, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var span = count > BlockSize ? Horizon : FirstWindow * (count + 1);
        for (var (last, end) = (after, Math.Min(Horizon, after + span)); last < Horizon;)
        {
            var numbers = await RowsAsync(SqlCompiler.Numbers(StandingLeaves, last, end, count + 1), cancellationToken);
            if (numbers.Count > 0) yield return numbers;
            last = numbers.Count > count ? numbers[^1] : end;
            if (last == end) end = numbers.Count == 0 ? Horizon : Math.Min(Horizon, end + (span *= WindowGrowth));
        }
    }

    // One value has three rows and another three million, and a window few of either: such a query is planned for its values each time. The plan that suits any
    // value reads all rows that begin with a text to show those of a window (700 ms at 10 million). In one message.
    async Task<List<long>> RowsAsync(CompiledQuery query, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new NpgsqlBatchCommand("set local plan_cache_mode = force_custom_plan"), Part(query), new NpgsqlBatchCommand("set local plan_cache_mode = auto") },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var numbers = new List<long>();
        while (await reader.ReadAsync(cancellationToken)) numbers.Add(reader.GetInt64(0));
        return numbers;
    }

    async IAsyncEnumerable<List<long>> BlockNumbersAsync(long after, int count, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (block, end) = ((after + 1) / BlockSize, Horizon / BlockSize);
        for (var atOnce = count > BlockSize ? end + 1 : BlocksFirst; block <= end; block += atOnce, atOnce *= 4)
        {
            var blocks = new List<(int Block, BitArray Bits)>();
            await using (var command = Command(connection, SqlCompiler.Blocks(StandingLeaves, state.All, (int)block, (int)Math.Min(end, block + atOnce - 1))))
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken)) blocks.Add((reader.GetInt32(0), reader.GetFieldValue<BitArray>(1)));
            }

            for (var read = block; read <= end && read < block + atOnce; read++) seen[(int)read] = null;
            foreach (var found in blocks) seen[found.Block] = found.Bits;

            // a page takes some of a block's numbers: the others are never made
            foreach (var portion in blocks.SelectMany(found => NumbersOf(found.Block, found.Bits, after, Horizon)).Chunk(count + 1)) yield return [.. portion];
        }
    }

    /// <summary>All matches up to the horizon at once.</summary>
    public async Task<NumberSet> AllAsync(CancellationToken cancellationToken)
    {
        var set = new NumberSet();
        if (nothing) return set;
        if (SqlCompiler.IsRowDriven(leaves))
        {
            await foreach (var portion in NumbersAsync(0, NumbersAtOnce, cancellationToken)) portion.ForEach(set.Add);
            return set;
        }

        await using var command = Command(connection, SqlCompiler.Blocks(StandingLeaves, state.All, 0, (int)(Horizon / BlockSize)));
        await set.ReadAsync(command, cancellationToken);
        set.Cut(Horizon);
        return set;
    }

    /// <summary>Numbers of a block in (after, to], in order.</summary>
    internal static IEnumerable<long> NumbersOf(int block, BitArray bits, long after, long to)
    {
        var start = (long)block * BlockSize;
        return NumberSet.Places(bits, (int)Math.Max(after + 1 - start, 0)).Select(place => start + place).TakeWhile(no => no <= to);
    }

    internal static NpgsqlCommand Command(NpgsqlConnection connection, CompiledQuery query)
    {
        var command = new NpgsqlCommand(query.Sql, connection);
        foreach (var value in query.Values) command.Parameters.Add(Parameter(value));
        return command;
    }

    static NpgsqlBatchCommand Part(CompiledQuery query)
    {
        var part = new NpgsqlBatchCommand(query.Sql);
        foreach (var value in query.Values) part.Parameters.Add(Parameter(value));
        return part;
    }

    static NpgsqlParameter Parameter(SqlValue value) => new() { Value = value.Value, NpgsqlDbType = value.Type };
}
