using NpgsqlTypes;

namespace Dicom2Fhir.Store.Search;

/// <summary>One condition of a search as the index knows it: rows that have any of the terms, or that the typed rows name; negated: rows that do not.</summary>
/// <param name="Terms">Numbers of bitmaps, ored.</param>
sealed record Leaf(bool Negated, IReadOnlyList<int> Terms, RowSource? Rows)
{
    public static Leaf Nothing { get; } = new(false, [], null);

    /// <summary>Nothing can match: an unknown code, an unknown patient.</summary>
    public bool IsEmpty => Terms.Count == 0 && Rows is null;

    public bool HasBits => Terms.Count > 0;
}

/// <summary>A parameter value with its type: the SQL text never depends on values.</summary>
sealed record SqlValue(object Value, NpgsqlDbType Type)
{
    public static SqlValue Of(short value) => new(value, NpgsqlDbType.Smallint);

    public static SqlValue Of(int value) => new(value, NpgsqlDbType.Integer);

    public static SqlValue Of(long value) => new(value, NpgsqlDbType.Bigint);

    public static SqlValue Of(decimal value) => new(value, NpgsqlDbType.Numeric);

    public static SqlValue Of(string value) => new(value, NpgsqlDbType.Text);

    public static SqlValue Of(DateTime value) => new(value, NpgsqlDbType.TimestampTz);

    public static SqlValue Of(IEnumerable<int> values) => new(values.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer);

    public static SqlValue Of(IEnumerable<long> values) => new(values.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    public static SqlValue Of(IEnumerable<string> values) => new(values.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
}
