using System.Collections;
using System.Data;
using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>Where the next page starts.</summary>
/// <param name="Horizon">Watermark of the type at the first page.</param>
/// <param name="Last">Search number of the last row shown.</param>
/// <param name="Total">Total counted at the first page, if it was.</param>
public sealed record PagePosition(long Horizon, long Last, long? Total);

/// <summary>When a total is wanted: never; when counting is cheap or the answer fits the page; always.</summary>
public enum TotalMode
{
    None,
    Cheap,
    Accurate,
}

/// <param name="Expired">True when the rows the position needs were removed: 410.</param>
public sealed record SearchPage(IReadOnlyList<StoredResource> Resources, long? Total, PagePosition? Next, bool Expired = false);

/// <summary>Runs searches over what is folded. A page or count reads one snapshot.</summary>
/// <param name="zone">Zone of the calendar terms.</param>
public sealed class SearchExecutor(NpgsqlDataSource database, TimeZoneInfo zone)
{
    // A page of 50 is mostly in the first block; rare matches need more, and each round trip costs as much as four blocks.
    const int BlocksAtOnce = 4;
    const int BlockSize = 32_000;

    /// <summary>
    /// A page has at most <paramref name="count"/> resources and closes before <paramref name="maxBytes"/> characters of documents, but never empty
    /// while there are matches.
    /// </summary>
    /// <param name="position">Null for the first page.</param>
    public async Task<SearchPage> PageAsync(
        SearchRequest request, PagePosition? position, int count, int maxBytes, TotalMode total, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var state = await StateAsync(connection, request.Type, cancellationToken);
        if (position is not null && position.Horizon < state.Floor) return new SearchPage([], null, null, Expired: true);

        var horizon = position?.Horizon ?? state.Upto;
        var leaves = await new LeafResolver(connection, zone).ResolveAsync(request, cancellationToken);
        if (leaves.Any(leaf => leaf is { IsEmpty: true, Negated: false })) return new SearchPage([], position?.Total ?? (total == TotalMode.None ? null : 0), null);
        leaves = [.. leaves.Where(leaf => !leaf.IsEmpty)];

        var page = new PageRows(connection, request.Type, horizon, count, maxBytes);
        await foreach (var numbers in NumbersAsync(connection, request.Type, leaves, state.All, position?.Last ?? 0, horizon, count, cancellationToken))
        {
            if (await page.AddAsync(numbers, cancellationToken)) break;
        }

        var counted = position?.Total;
        if (position is null && total != TotalMode.None)
        {
            if (!page.HasMore) counted = page.Resources.Count;
            else if (total == TotalMode.Accurate || SqlCompiler.IsBitsOnly(leaves)) counted = await CountAsync(connection, request.Type, leaves, state.Live, cancellationToken);
        }

        return new SearchPage(page.Resources, counted, page.HasMore ? new PagePosition(horizon, page.Last, counted) : null);
    }

    /// <summary>The exact number of matches.</summary>
    public async Task<long> CountAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var state = await StateAsync(connection, request.Type, cancellationToken);
        var leaves = await new LeafResolver(connection, zone).ResolveAsync(request, cancellationToken);
        if (leaves.Any(leaf => leaf is { IsEmpty: true, Negated: false })) return 0;
        return await CountAsync(connection, request.Type, [.. leaves.Where(leaf => !leaf.IsEmpty)], state.Live, cancellationToken);
    }

    static async Task<long> CountAsync(NpgsqlConnection connection, ServedType type, IReadOnlyList<Leaf> leaves, int live, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, SqlCompiler.Count(type, leaves, live));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    // Search numbers of matches in (after, horizon], in order, in portions.
    static async IAsyncEnumerable<List<long>> NumbersAsync(
        NpgsqlConnection connection, ServedType type, IReadOnlyList<Leaf> leaves, int all, long after, long horizon, int count,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rowDriven = SqlCompiler.IsRowDriven(leaves);
        var toBlock = (int)(horizon / BlockSize);
        for (var last = after; last < horizon;)
        {
            var query = rowDriven
                ? SqlCompiler.Numbers(type, leaves, last, horizon, count + 1)
                : SqlCompiler.Blocks(leaves, all, (int)((last + 1) / BlockSize), toBlock, BlocksAtOnce);
            var numbers = new List<long>();
            var read = 0;
            await using (var command = Command(connection, query))
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken))
                {
                    read++;
                    if (rowDriven) numbers.Add(reader.GetInt64(0));
                    else AddBits(numbers, reader.GetInt32(0), reader.GetFieldValue<BitArray>(1), last, horizon);
                    if (!rowDriven) last = Math.Max(last, (((long)reader.GetInt32(0) + 1) * BlockSize) - 1);
                }
            }

            if (rowDriven && read > 0) last = numbers[^1];
            if (numbers.Count > 0) yield return numbers;
            if (read < (rowDriven ? count + 1 : BlocksAtOnce)) yield break;
        }
    }

    static void AddBits(List<long> numbers, int block, BitArray bits, long after, long horizon)
    {
        var start = (long)block * BlockSize;
        for (var i = 0; i < bits.Length; i++)
        {
            var no = start + i;
            if (bits[i] && no > after && no <= horizon) numbers.Add(no);
        }
    }

    static async Task<(long Upto, long Floor, int All, int Live)> StateAsync(NpgsqlConnection connection, ServedType type, CancellationToken cancellationToken) =>
        await connection.QuerySingleAsync<(long, long, int, int)>(new CommandDefinition(
            """
            select coalesce((select upto from fold_state where type = @Number), 0), coalesce((select floor from fold_state where type = @Number), 0),
                   (select id from term where type = @Number and param = '' and kind = 'a'), (select id from term where type = @Number and param = '' and kind = 'l')
            """,
            new { type.Number }, cancellationToken: cancellationToken));

    internal static NpgsqlCommand Command(NpgsqlConnection connection, CompiledQuery query)
    {
        var command = new NpgsqlCommand(query.Sql, connection);
        foreach (var value in query.Values) command.Parameters.Add(new NpgsqlParameter { Value = value.Value, NpgsqlDbType = value.Type });
        return command;
    }
}
