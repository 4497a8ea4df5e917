using NpgsqlTypes;

namespace Dicom2Fhir.Store.Search;

/// <summary>One condition of a search as the index knows it: rows that have any of the terms, or that the typed rows name; negated: rows that do not.</summary>
/// <param name="Terms">Numbers of bitmaps, ored.</param>
sealed record Leaf(bool Negated, IReadOnlyList<int> Terms, RowSource? Rows)
{
    /// <summary>Nothing can match: an unknown code, an unknown patient.</summary>
    public bool IsEmpty => Terms.Count == 0 && Rows is null;

    public bool HasBits => Terms.Count > 0;
}

/// <summary>Search numbers from typed rows: a select of one column "no" whose parameters are numbered from {0} on.</summary>
/// <param name="Sql">With {0}, {1} ... where its parameters go.</param>
sealed record RowSource(string Sql, IReadOnlyList<SqlValue> Values)
{
    public static RowSource References(int param, IReadOnlyList<string> targets) =>
        new("select no from ref_row where param = {0} and target = any({1})", [SqlValue.Of(param), SqlValue.Of(targets)]);

    public static RowSource Identifiers(int param, IReadOnlyList<long> hashes) =>
        new("select no from ident_row where param = {0} and hash = any({1})", [SqlValue.Of(param), SqlValue.Of(hashes)]);

    public static RowSource Ids(short type, IReadOnlyList<string> ids) =>
        new("select s.no from resource r join search_row s on s.resource_id = r.resource_id where r.type = {0} and r.id = any({1})",
            [SqlValue.Of(type), SqlValue.Of(ids)]);

    /// <summary>Dates within [from, to) for which one of the conditions of <see cref="DateEdge"/> holds.</summary>
    public static RowSource Dates(int param, IReadOnlyList<DateEdge> edges) => new(
        string.Join(" union all ", edges.Select((edge, i) =>
            $"select no from date_row where param = {{0}} and low >= {{{(4 * i) + 1}}} and low < {{{(4 * i) + 2}}} and "
            + edge.Condition.Replace("$low", $"{{{(4 * i) + 3}}}", StringComparison.Ordinal).Replace("$high", $"{{{(4 * i) + 4}}}", StringComparison.Ordinal))),
        [SqlValue.Of(param), .. edges.SelectMany(edge => new[] { edge.From, edge.To, edge.Low, edge.High }.Select(SqlValue.Of))]);
}

/// <summary>Rows of the days a search time falls on, and what must hold there.</summary>
/// <param name="Condition">One of the constants of <see cref="LeafResolver"/>; $low and $high stand for the search interval.</param>
sealed record DateEdge(DateTime From, DateTime To, string Condition, DateTime Low, DateTime High);

/// <summary>A parameter value with its type: the SQL text never depends on values.</summary>
sealed record SqlValue(object Value, NpgsqlDbType Type)
{
    public static SqlValue Of(short value) => new(value, NpgsqlDbType.Smallint);

    public static SqlValue Of(int value) => new(value, NpgsqlDbType.Integer);

    public static SqlValue Of(long value) => new(value, NpgsqlDbType.Bigint);

    public static SqlValue Of(DateTime value) => new(value, NpgsqlDbType.TimestampTz);

    public static SqlValue Of(IEnumerable<int> values) => new(values.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer);

    public static SqlValue Of(IEnumerable<long> values) => new(values.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    public static SqlValue Of(IEnumerable<string> values) => new(values.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
}
