using System.Globalization;
using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Dicom2Fhir.Store.Search;

/// <summary>Sort values of one key of _sort: the smallest of a resource when ascending, the largest when descending (R4 search 3.1.1.5.1).</summary>
abstract class SortColumn(SortKey key)
{
    public bool Descending => key.Descending;

    /// <summary>Order of two values, ascending.</summary>
    public virtual int Compare(string left, string right) => Utf8.Compare(left, right);

    /// <summary>The value of each of these rows that has one.</summary>
    public abstract Task<Dictionary<long, string>> KeysAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken);

    /// <summary>Every value of the rows within a set, in the wanted order, then by number; behind a position.</summary>
    public abstract IAsyncEnumerable<(long No, string Key)> WalkAsync(NumberSet within, (string Key, long No)? after, CancellationToken cancellationToken);

    /// <summary>Takes the rows that have a value out of a set.</summary>
    public abstract Task RemovePresentAsync(NumberSet set, CancellationToken cancellationToken);

    /// <summary>The values of a parameter as the index has them.</summary>
    public static async Task<SortColumn> OfAsync(NpgsqlConnection connection, TermLookup terms, SortKey key, CancellationToken cancellationToken)
    {
        var parameter = key.Parameter;
        if (parameter.Storage == SearchStorage.Resource) return new IdColumn(connection, key);
        var present = await terms.PresentAsync(parameter, cancellationToken);
        async Task<int[]> Under(char kind) => [.. (await terms.AllAsync(parameter, kind, cancellationToken)).Select(term => term.Id)];
        int[] own = present is { } id ? [id] : [];
        var valued = new Valued(present, (await Under('n')) is [var unordered] ? unordered : null);
        return parameter.Kind switch
        {
            SearchKind.Date => new RowColumn(connection, key, valued, [.. own, .. await Under('w')], RowColumn.Dates),
            SearchKind.Number when parameter.HasRuns => new RowColumn(connection, key, valued, own, key.Descending ? RowColumn.RunEnds : RowColumn.Numbers),
            SearchKind.Number => new NumberColumn(connection, key, valued, own, await terms.AllAsync(parameter, '3', cancellationToken)),
            SearchKind.Quantity => new NumberColumn(connection, key, valued, await Under('q'), await terms.AllAsync(parameter, '3', cancellationToken)),
            SearchKind.Text => new RowColumn(connection, key, valued, own, RowColumn.Strings),
            SearchKind.Reference => new RowColumn(connection, key, valued, own, RowColumn.References),
            _ => new TermColumn(connection, key, valued, await terms.AllAsync(parameter, parameter.Kind == SearchKind.Uri ? 'u' : 't', cancellationToken)),
        };
    }

    /// <summary>Takes the rows that have any value out of a set, but those whose value has no order.</summary>
    protected static async Task RemoveAsync(NpgsqlConnection connection, Valued valued, NumberSet set, CancellationToken cancellationToken)
    {
        if (valued.Present is not { } present) return;
        var having = await NumberSet.OfAsync(connection, present, cancellationToken);
        if (valued.Unordered is { } unordered) having.ExceptWith(await NumberSet.OfAsync(connection, unordered, cancellationToken));
        set.ExceptWith(having);
    }

    /// <summary>Terms of rows that have a value, and of those whose value has no order.</summary>
    internal sealed record Valued(int? Present, int? Unordered);
}

/// <summary>Order of text as the database's "C" collation has it: by bytes.</summary>
static class Utf8
{
    public static int Compare(string left, string right) =>
        System.Text.Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(right));
}

/// <summary>Values in typed rows.</summary>
/// <param name="under">Terms the rows are filed under.</param>
sealed class RowColumn(NpgsqlConnection connection, SortKey key, SortColumn.Valued valued, int[] under, RowColumn.Form form) : SortColumn(key)
{
    /// <summary>Rows of the index read at once: some megabytes less than a block of matches may skip.</summary>
    const int AtOnce = 5_000;

    /// <summary>Where a kind of value stands.</summary>
    internal sealed record Form(string Table, string Expression, NpgsqlDbType Type);

    public static Form Dates { get; } = new("date_row", "low", NpgsqlDbType.TimestampTz);

    public static Form Numbers { get; } = new("num_row", "low", NpgsqlDbType.Numeric);

    public static Form RunEnds { get; } = new("num_row", "high", NpgsqlDbType.Numeric);

    public static Form Strings { get; } = new("str_row", "left(folded, 100)", NpgsqlDbType.Text);

    public static Form References { get; } = new("ref_row", "target", NpgsqlDbType.Text);

    public override int Compare(string left, string right) => form.Type == NpgsqlDbType.Numeric
        ? decimal.Parse(left, CultureInfo.InvariantCulture).CompareTo(decimal.Parse(right, CultureInfo.InvariantCulture))
        : base.Compare(left, right);

    public override async Task<Dictionary<long, string>> KeysAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select no, {(Descending ? "max" : "min")}({form.Expression}) from {form.Table} where param = any($1) and no = any($2) group by no", connection);
        command.Parameters.AddWithValue(under);
        command.Parameters.AddWithValue(numbers.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new Dictionary<long, string>();
        while (await reader.ReadAsync(cancellationToken)) keys[reader.GetInt64(0)] = Read(reader);
        return keys;
    }

    public override IAsyncEnumerable<(long No, string Key)> WalkAsync(NumberSet within, (string Key, long No)? after, CancellationToken cancellationToken) =>
        WalkAsync(within, after, null, cancellationToken);

    /// <param name="until">Values from here on are not wanted.</param>
    public async IAsyncEnumerable<(long No, string Key)> WalkAsync(
        NumberSet within, (string Key, long No)? after, string? until, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool IsWanted(string key) => until is null || Compare(key, until) * (Descending ? -1 : 1) < 0;
        while (under.Length > 0)
        {
            var rows = new List<(long No, string Key)>();
            await using (var command = Portion(after))
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken)) rows.Add((reader.GetInt64(0), Read(reader)));
            }

            foreach (var row in rows)
            {
                if (within.Contains(row.No) && IsWanted(row.Key)) yield return row;
            }

            if (rows.Count < AtOnce || !IsWanted(rows[^1].Key)) yield break;
            after = (rows[^1].Key, rows[^1].No);
        }
    }

    public override Task RemovePresentAsync(NumberSet set, CancellationToken cancellationToken) => RemoveAsync(connection, valued, set, cancellationToken);

    // Each term's rows in order of the index, merged: a single order by over several terms would sort all of them.
    NpgsqlCommand Portion((string Key, long No)? after)
    {
        var (than, order) = Descending ? ("<", "desc") : (">", "asc");
        var command = new NpgsqlCommand { Connection = connection };
        command.Parameters.AddWithValue(AtOnce);
        if (after is { } position)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = Write(position.Key), NpgsqlDbType = form.Type });
            command.Parameters.AddWithValue(position.No);
        }

        var behind = after is null ? "" : $" and {form.Expression} {than}= $2 and ({form.Expression} {than} $2 or no > $3)";
        var first = command.Parameters.Count + 1;
        foreach (var term in under) command.Parameters.AddWithValue(term);
        var parts = under.Select((_, i) =>
            $"(select distinct no, {form.Expression} as key from {form.Table} where param = ${first + i}{behind} order by key {order}, no limit $1)");
        command.CommandText = $"select distinct no, key from ({string.Join(" union all ", parts)}) u order by key {order}, no limit $1";
        return command;
    }

    string Read(NpgsqlDataReader reader) => form.Type switch
    {
        NpgsqlDbType.TimestampTz => reader.GetDateTime(1).ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture),
        NpgsqlDbType.Numeric => reader.GetDecimal(1).ToString(CultureInfo.InvariantCulture),
        _ => reader.GetString(1),
    };

    object Write(string value) => form.Type switch
    {
        NpgsqlDbType.TimestampTz => DateTime.SpecifyKind(DateTime.ParseExact(value, "yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture), DateTimeKind.Utc),
        NpgsqlDbType.Numeric => decimal.Parse(value, CultureInfo.InvariantCulture),
        _ => value,
    };
}

/// <summary>Codes and canonicals: ordered by code, then system.</summary>
sealed class TermColumn(NpgsqlConnection connection, SortKey key, SortColumn.Valued valued, IReadOnlyList<(int Id, string System, string Code)> terms) : SortColumn(key)
{
    readonly List<(int Id, string Key)> ordered = Order(terms, key.Descending);

    static List<(int Id, string Key)> Order(IReadOnlyList<(int Id, string System, string Code)> terms, bool descending)
    {
        var keyed = terms.Select(term => (term.Id, Key: term.Code + IndexExtractor.PartSeparator + term.System));
        var comparer = Comparer<string>.Create(Utf8.Compare);
        return [.. descending ? keyed.OrderByDescending(term => term.Key, comparer) : keyed.OrderBy(term => term.Key, comparer)];
    }

    public override async Task<Dictionary<long, string>> KeysAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        var ranks = ordered.Select((term, rank) => (term.Id, rank)).ToDictionary(pair => pair.Id, pair => pair.rank);
        var best = new Dictionary<long, int>();
        var found = await connection.QueryAsync<(long No, int Term)>(new CommandDefinition(
            """
            select n.no, b.term from unnest(@Numbers) n(no)
              join bits b on b.term = any(@Terms) and b.block = (n.no / 32000)::integer and get_bit(b.b, (n.no % 32000)::integer) = 1
            """,
            new { Numbers = numbers.ToArray(), Terms = ordered.Select(term => term.Id).ToArray() }, cancellationToken: cancellationToken));
        foreach (var (no, term) in found) best[no] = best.TryGetValue(no, out var rank) ? Math.Min(rank, ranks[term]) : ranks[term];
        return best.ToDictionary(pair => pair.Key, pair => ordered[pair.Value].Key);
    }

    public override async IAsyncEnumerable<(long No, string Key)> WalkAsync(
        NumberSet within, (string Key, long No)? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (id, key) in ordered)
        {
            var side = after is null ? 1 : Utf8.Compare(key, after.Value.Key) * (Descending ? -1 : 1);
            if (side < 0) continue;
            await using var command = new NpgsqlCommand("select block, b from bits where term = $1 and block = any($2)", connection);
            command.Parameters.AddWithValue(id);
            command.Parameters.AddWithValue(within.Blocks.ToArray());
            var having = new NumberSet();
            await having.ReadAsync(command, cancellationToken);
            foreach (var no in having.Numbers)
            {
                if (within.Contains(no) && (side > 0 || no > after!.Value.No)) yield return (no, key);
            }
        }
    }

    public override Task RemovePresentAsync(NumberSet set, CancellationToken cancellationToken) => RemoveAsync(connection, valued, set, cancellationToken);
}

/// <summary>Ids of the resources.</summary>
sealed class IdColumn(NpgsqlConnection connection, SortKey key) : SortColumn(key)
{
    const int AtOnce = 5_000;

    readonly short type = key.Parameter.Type.Number;

    public override async Task<Dictionary<long, string>> KeysAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<(long No, string Id)>(new CommandDefinition(
            "select s.no, r.id from search_row s join resource r on r.resource_id = s.resource_id where s.type = @type and s.no = any(@Numbers)",
            new { type, Numbers = numbers.ToArray() }, cancellationToken: cancellationToken))).ToDictionary(row => row.No, row => row.Id);

    public override async IAsyncEnumerable<(long No, string Key)> WalkAsync(
        NumberSet within, (string Key, long No)? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (than, order) = Descending ? ("<", "desc") : (">", "asc");
        while (true)
        {
            var behind = after is null ? "" : $"and r.id {than}= @Key and (r.id {than} @Key or s.no > @No)";
            var rows = (await connection.QueryAsync<(long No, string Key)>(new CommandDefinition(
                $"""
                select s.no, r.id from resource r join search_row s on s.resource_id = r.resource_id
                 where r.type = @type {behind}
                 order by r.id {order}, s.no limit {AtOnce}
                """,
                new { type, Key = after?.Key ?? "", No = after?.No ?? 0 }, cancellationToken: cancellationToken))).ToList();
            foreach (var row in rows)
            {
                if (within.Contains(row.No)) yield return row;
            }

            if (rows.Count < AtOnce) yield break;
            after = (rows[^1].Key, rows[^1].No);
        }
    }

    // Every resource has an id.
    public override Task RemovePresentAsync(NumberSet set, CancellationToken cancellationToken)
    {
        set.ExceptWith(set);
        return Task.CompletedTask;
    }
}
