using System.Globalization;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.Store.Verification;

/// <summary>A table of typed index rows: how its values read as one text, in SQL and from the entries of a resource.</summary>
/// <param name="Columns">Columns besides param and no.</param>
/// <param name="Pending">The arrays of pending that become its rows: param first, then the columns.</param>
/// <param name="Sql">The text of a row; v is the row.</param>
sealed record TypedRows(
    string Table, string Columns, string Pending, string Sql, Func<IndexEntries, IEnumerable<(TermKey Param, string Text)>> Of)
{
    public static IReadOnlyList<TypedRows> All { get; } =
    [
        new("ref_row", "target", "ref_param, ref_target", "v.target", entries => entries.References),
        new("ident_row", "hash", "ident_param, ident_hash", "v.hash::text",
            entries => entries.Identifiers.Select(row => (row.Param, row.Hash.ToString(CultureInfo.InvariantCulture)))),
        new("date_row", "low, high", "date_param, date_low, date_high", $"{Microseconds("v.low")} || ' ' || {Microseconds("v.high")}",
            entries => entries.Dates.Select(row => (row.Param, $"{Microseconds(row.Low)} {Microseconds(row.High)}"))),
        new("num_row", "low, high", "num_param, num_low, num_high", "trim_scale(v.low)::text || ' ' || trim_scale(v.high)::text",
            entries => entries.Numbers.Select(row => (row.Param, $"{Plain(row.Low)} {Plain(row.High)}"))),
        new("str_row", "folded, hash", "str_param, str_folded, str_hash", "v.hash::text || ' ' || v.folded",
            entries => entries.Strings.Select(row => (row.Param, row.Hash.ToString(CultureInfo.InvariantCulture) + " " + row.Folded))),
    ];

    /// <summary>Columns of a row's term, t in SQL, in the order of <see cref="Key"/>.</summary>
    public const string TermColumns = "t.param, t.kind::text, t.system, t.code";

    /// <summary>The term as one text, as SQL makes it of <see cref="TermColumns"/>.</summary>
    public static string Key(TermKey term) => $"{term.Param}|{term.Kind}|{term.System}|{term.Code}";

    // Without zeros at the end, as trim_scale does.
    static string Plain(decimal number) => (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);

    static string Microseconds(string column) => $"(extract(epoch from {column}) * 1000000)::bigint::text";

    static string Microseconds(DateTime time) => ((time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture);
}
