using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>Numbers of the terms a query means. Terms never change, so those asked for by system and code are asked for once in the life of a process.</summary>
sealed class TermLookup(NpgsqlConnection connection)
{
    readonly TermNumbers known = TermNumbers.Of(connection.ConnectionString);

    /// <summary>The "has any value" term; null when no resource ever had one.</summary>
    public async Task<int?> PresentAsync(SearchParameter parameter, CancellationToken cancellationToken) =>
        (await TokensAsync(parameter, 'p', [new TokenValue("", "")], cancellationToken)) is [var number] ? number : null;

    /// <summary>Codes (t), regions (b) or the "has any value" term (p).</summary>
    public async Task<IReadOnlyList<int>> TokensAsync(SearchParameter parameter, char kind, IReadOnlyList<TokenValue> values, CancellationToken cancellationToken)
    {
        var found = new HashSet<int>();
        var unknown = new List<TokenValue>();
        foreach (var value in values)
        {
            if (value is { System: { } system, Code: { } code } && known.TryGet(new TermKey(parameter.Type.Number, parameter.Name, kind, system, code), out var number)) found.Add(number);
            else unknown.Add(value);
        }

        if (unknown.Count > 0) found.UnionWith(await FindAsync(parameter, kind, unknown, cancellationToken));
        return [.. found.Order()];
    }

    async Task<IEnumerable<int>> FindAsync(SearchParameter parameter, char kind, List<TokenValue> values, CancellationToken cancellationToken)
    {
        var found = (await connection.QueryAsync<(int Id, string System, string Code)>(new CommandDefinition(
            """
            select distinct t.id, t.system, t.code from unnest(@Systems, @Codes) v(system, code)
              join term t on t.type = @Type and t.param = @Name and t.kind = @Kind::"char"
                         and (v.system is null or t.system = v.system) and (v.code is null or t.code = v.code)
            """,
            new
            {
                Systems = values.Select(value => value.System).ToArray(),
                Codes = values.Select(value => value.Code).ToArray(),
                Type = parameter.Type.Number,
                parameter.Name,
                Kind = kind.ToString(),
            },
            cancellationToken: cancellationToken))).ToList();
        foreach (var (id, system, code) in found) known.Remember(new TermKey(parameter.Type.Number, parameter.Name, kind, system, code), id);
        return found.Select(term => term.Id);
    }

    /// <summary>Words that begin with one of these, folded.</summary>
    public async Task<IReadOnlyList<int>> WordsAsync(SearchParameter parameter, IReadOnlyList<string> beginnings, CancellationToken cancellationToken)
    {
        var found = await connection.QueryAsync<int>(new CommandDefinition(
            """
            select distinct t.id from unnest(@Lows, @Highs) v(low, high)
              join term t on t.type = @Type and t.param = @Name and t.kind = 'x' and t.system = '' and t.code >= v.low and t.code < v.high
            """,
            new { Lows = beginnings.ToArray(), Highs = beginnings.Select(text => text + RowSource.Behind).ToArray(), Type = parameter.Type.Number, parameter.Name },
            cancellationToken: cancellationToken));
        return [.. found.Order()];
    }

    /// <summary>Every term of a kind: canonicals, units and tuples are few and judged in the program.</summary>
    public async Task<IReadOnlyList<(int Id, string System, string Code)>> AllAsync(SearchParameter parameter, char kind, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<(int, string, string)>(new CommandDefinition(
            "select id, system, code from term where type = @Type and param = @Name and kind = @Kind::\"char\"",
            new { Type = parameter.Type.Number, parameter.Name, Kind = kind.ToString() }, cancellationToken: cancellationToken))];

    /// <summary>The calendar terms within the ranges, the coarse dates (v) and the term of the wide ones (w).</summary>
    public async Task<IReadOnlyList<(int Id, char Kind, string Code)>> CalendarAsync(
        SearchParameter parameter, IReadOnlyList<CalendarRange> ranges, CancellationToken cancellationToken)
    {
        var found = await connection.QueryAsync<(int Id, string Kind, string Code)>(new CommandDefinition(
            """
            select distinct t.id, t.kind::text, t.code from unnest(@Kinds::"char"[], @Lows, @Highs) r(kind, low, high)
              join term t on t.type = @Type and t.param = @Name and t.kind = r.kind and t.code between r.low and r.high
            union
            select t.id, t.kind::text, t.code from term t where t.type = @Type and t.param = @Name and t.kind in ('v', 'w')
            """,
            new
            {
                Kinds = ranges.Select(range => range.Kind.ToString()).ToArray(),
                Lows = ranges.Select(range => range.Low).ToArray(),
                Highs = ranges.Select(range => range.High).ToArray(),
                Type = parameter.Type.Number,
                parameter.Name,
            },
            cancellationToken: cancellationToken));
        return [.. found.Select(term => (term.Id, term.Kind[0], term.Code))];
    }

    /// <summary>The cells of numbers within the ranges.</summary>
    public async Task<IReadOnlyList<int>> CellsAsync(SearchParameter parameter, IReadOnlyList<(NumberUnit Unit, CellRange Range)> ranges, CancellationToken cancellationToken)
    {
        var found = await connection.QueryAsync<int>(new CommandDefinition(
            """
            select distinct t.id from unnest(@Kinds::"char"[], @Systems, @Lows, @Highs) r(kind, system, low, high)
              join term t on t.type = @Type and t.param = @Name and t.kind = r.kind and t.system = r.system and t.code >= r.low and t.code < r.high
            """,
            new
            {
                Kinds = ranges.Select(one => one.Range.Digits.ToString()).ToArray(),
                Systems = ranges.Select(one => one.Unit.System).ToArray(),
                Lows = ranges.Select(one => one.Unit.Prefix + one.Range.Low).ToArray(),
                Highs = ranges.Select(one => one.Unit.Prefix + one.Range.High).ToArray(),
                Type = parameter.Type.Number,
                parameter.Name,
            },
            cancellationToken: cancellationToken));
        return [.. found.Order()];
    }
}

/// <summary>Numbers of one unit; of a parameter without units all.</summary>
/// <param name="Rows">Term its rows are filed under.</param>
/// <param name="System">Of its cells.</param>
/// <param name="Prefix">What stands before the code of its cells.</param>
readonly record struct NumberUnit(int Rows, string System, string Prefix);
