using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Store.Search;

/// <summary>SQL with its values; the text depends on the shape of the search alone.</summary>
sealed record CompiledQuery(string Sql, IReadOnlyList<SqlValue> Values);

/// <summary>
/// The only place that writes WHERE. A search is a conjunction of leaves. When every positive leaf has bitmaps the blocks are combined (&amp;, |, ~);
/// when one has typed rows alone those few rows are read and tested against the rest.
/// </summary>
sealed class SqlCompiler
{
    const string Ones = "repeat('1', 32000)::bit(32000)";
    const string Zeros = "repeat('0', 32000)::bit(32000)";

    readonly List<SqlValue> values = [];

    // First and last block wanted, as they stand in the text; null: all.
    (string From, string To)? window;

    /// <summary>True when bitmaps alone answer: counting is cheap.</summary>
    public static bool IsBitsOnly(IReadOnlyList<Leaf> leaves) => leaves.All(leaf => leaf.Rows is null);

    /// <summary>True when the search is driven by typed rows: <see cref="Numbers"/>; else by blocks: <see cref="Blocks"/>.</summary>
    public static bool IsRowDriven(IReadOnlyList<Leaf> leaves) => leaves.Any(leaf => leaf is { Negated: false, HasBits: false, Rows: not null });

    /// <summary>One value: how many live rows match.</summary>
    /// <param name="live">Number of the live term of the type.</param>
    /// <param name="fromBlock">Of bitmaps: the first block that is counted; null: all.</param>
    public static CompiledQuery Count(ServedType type, IReadOnlyList<Leaf> leaves, int live, int? fromBlock = null)
    {
        var compiler = new SqlCompiler();
        if (fromBlock is { } first) compiler.window = (compiler.Add(SqlValue.Of(first)), compiler.Add(SqlValue.Of(int.MaxValue)));
        if (IsRowDriven(leaves))
        {
            var rows = compiler.RowSelect(type, leaves, "and s.gone_at is null");
            return compiler.Done($"select count(distinct r.no)\n{rows}");
        }

        var (from, expression) = compiler.BlockJoin([new Leaf(false, [live], null), .. leaves]);
        return compiler.Done($"select coalesce(sum(bit_count({expression})), 0)::bigint\n{from}");
    }

    /// <summary>Rows (block, bits) that are not empty, in block order.</summary>
    /// <param name="all">Number of the term that every row has: start of searches that only exclude.</param>
    public static CompiledQuery Blocks(IReadOnlyList<Leaf> leaves, int all, int fromBlock, int toBlock)
    {
        var compiler = new SqlCompiler();
        compiler.window = (compiler.Add(SqlValue.Of(fromBlock)), compiler.Add(SqlValue.Of(toBlock)));
        IReadOnlyList<Leaf> start = leaves.Any(leaf => !leaf.Negated) ? leaves : [new Leaf(false, [all], null), .. leaves];
        var (from, expression) = compiler.BlockJoin(start);
        return compiler.Done(
            $"""
            select block, b from (
            select block, {expression} as b
            {from}
            ) matched
             where bit_count(b) > 0
             order by block
            """);
    }

    /// <summary>Rows (no) in (after, to] that stood at the horizon, in order.</summary>
    public static CompiledQuery Numbers(ServedType type, IReadOnlyList<Leaf> leaves, long after, long to, long horizon, int atMost)
    {
        var compiler = new SqlCompiler();
        var rows = compiler.RowSelect(type, leaves, $"and (s.gone_at is null or s.gone_at > {compiler.Add(SqlValue.Of(horizon))})");
        return compiler.Done(
            $"""
            select distinct r.no
            {rows}
               and r.no > {compiler.Add(SqlValue.Of(after))} and r.no <= {compiler.Add(SqlValue.Of(to))}
             order by r.no
             limit {compiler.Add(SqlValue.Of(atMost))}
            """);
    }

    // from (...) p0 join (...) p1 using (block) left join (...) n0 using (block), and the expression over them
    (string From, string Expression) BlockJoin(IReadOnlyList<Leaf> leaves)
    {
        var from = new StringBuilder("  from ");
        var expression = new StringBuilder();
        var count = 0;
        foreach (var leaf in leaves.OrderBy(leaf => leaf.Negated))
        {
            var name = (leaf.Negated ? "n" : "p") + count.ToString(CultureInfo.InvariantCulture);
            if (count > 0) from.Append(leaf.Negated ? "\n  left join " : "\n  join ");
            from.Append(CultureInfo.InvariantCulture, $"({LeafSelect(leaf)}) {name}");
            if (count > 0) from.Append(" using (block)");
            if (count > 0) expression.Append(" & ");
            expression.Append(leaf.Negated ? $"coalesce(~{name}.b, {Ones})" : $"{name}.b");
            count++;
        }

        return (from.ToString(), expression.ToString());
    }

    string LeafSelect(Leaf leaf)
    {
        var range = window is var (from, to) ? $" and block between {from} and {to}" : "";
        var bits = leaf.Terms.Count == 1
            ? $"select block, b from bits where term = {Add(SqlValue.Of(leaf.Terms[0]))}{range}"
            : $"select block, bit_or(b) as b from bits where term = any({Add(SqlValue.Of(leaf.Terms))}){range} group by block";
        if (leaf.Rows is null) return bits;
        var within = window is var (first, last) ? $" where no between {first}::bigint * 32000 and {last}::bigint * 32000 + 31999" : "";
        var rows = $"select (no / 32000)::integer as block, bit_or(set_bit({Zeros}, (no % 32000)::integer, 1)) as b from ({Source(leaf.Rows)}) rows{within} group by 1";
        return $"select block, bit_or(b) as b from ({bits} union all {rows}) mixed group by block";
    }

    string RowSelect(ServedType type, IReadOnlyList<Leaf> leaves, string standing)
    {
        var driver = leaves.First(leaf => leaf is { Negated: false, HasBits: false, Rows: not null });
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"  from ({Source(driver.Rows!)}) r\n");
        text.Append(CultureInfo.InvariantCulture, $"  join search_row s on s.type = {Add(SqlValue.Of(type.Number))} and s.no = r.no {standing}\n where true");
        foreach (var leaf in leaves.Where(leaf => !ReferenceEquals(leaf, driver)))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n   and {(leaf.Negated ? "not " : "")}({Test(leaf)})");
        }

        return text.ToString();
    }

    string Test(Leaf leaf)
    {
        var tests = new List<string>();
        if (leaf.HasBits)
        {
            tests.Add(
                $"exists (select from bits b where b.term = any({Add(SqlValue.Of(leaf.Terms))}) and b.block = (r.no / 32000)::integer and get_bit(b.b, (r.no % 32000)::integer) = 1)");
        }

        if (leaf.Rows is not null) tests.Add($"r.no in ({Source(leaf.Rows)})");
        return tests.Count == 0 ? "false" : string.Join(" or ", tests);
    }

    string Source(RowSource source)
    {
        var names = source.Values.Select(object (value) => Add(value)).ToArray();
        return string.Format(CultureInfo.InvariantCulture, source.Sql, names);
    }

    string Add(SqlValue value)
    {
        values.Add(value);
        return "$" + values.Count.ToString(CultureInfo.InvariantCulture);
    }

    CompiledQuery Done(string sql) => new(sql, values);
}
