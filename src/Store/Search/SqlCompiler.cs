using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Store.Search;

/// <summary>SQL with its values; the text depends on the shape of the search alone.</summary>
sealed record CompiledQuery(string Sql, IReadOnlyList<SqlValue> Values);

/// <summary>
/// The only place that writes WHERE. A search is a conjunction of leaves. When every positive leaf has bitmaps the blocks are combined (&amp;, |, ~);
/// when one has typed rows alone those are found, and looked up in the combined bits of the blocks they lie in: each is unpacked once.
/// </summary>
sealed class SqlCompiler
{
    const string Ones = "repeat('1', 32000)::bit(32000)";
    const string Zeros = "repeat('0', 32000)::bit(32000)";

    readonly List<SqlValue> values = [];

    // First and last block wanted, as they stand in the text; null: all.
    (string From, string To)? window;

    // Set when the blocks wanted are those of the rows that were found.
    bool gathered;

    /// <summary>True when bitmaps alone answer: counting is cheap.</summary>
    public static bool IsBitsOnly(IReadOnlyList<Leaf> leaves) => leaves.All(leaf => leaf.Rows is null);

    /// <summary>True when the search is driven by typed rows: <see cref="Numbers"/>; else by blocks: <see cref="Blocks"/>.</summary>
    public static bool IsRowDriven(IReadOnlyList<Leaf> leaves) => leaves.Any(leaf => leaf is { Negated: false, HasBits: false, Rows: not null });

    /// <summary>One value: how many live rows match.</summary>
    /// <param name="live">Number of the live term of the type.</param>
    /// <param name="fromBlock">Of bitmaps: the first block that is counted; null: all.</param>
    public static CompiledQuery Count(IReadOnlyList<Leaf> leaves, int live, int? fromBlock = null)
    {
        var compiler = new SqlCompiler();
        if (fromBlock is { } first) compiler.window = (compiler.Add(SqlValue.Of(first)), compiler.Add(SqlValue.Of(int.MaxValue)));
        IReadOnlyList<Leaf> standing = [new Leaf(false, [live], null), .. leaves];
        if (IsRowDriven(leaves))
        {
            var (found, matched) = compiler.RowSelect(standing, "true");
            return compiler.Done($"{found}\nselect count(*)\n{matched}");
        }

        var (from, expression) = compiler.BlockJoin(standing);
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

    /// <summary>Rows (no) in (after, to], in order. Those that are gone are among them unless a leaf says otherwise.</summary>
    public static CompiledQuery Numbers(IReadOnlyList<Leaf> leaves, long after, long to, int atMost)
    {
        var compiler = new SqlCompiler();
        var (found, matched) = compiler.RowSelect(leaves, $"r.no > {compiler.Add(SqlValue.Of(after))} and r.no <= {compiler.Add(SqlValue.Of(to))}");
        return compiler.Done($"{found}\nselect no\n{matched}\n order by no\n limit {compiler.Add(SqlValue.Of(atMost))}");
    }

    // from (...) p0 join (...) p1 using (block) left join (...) n0 using (block), and the expression over them; start: what has the blocks that are looked at,
    // the first leaf without
    (string From, string Expression) BlockJoin(IReadOnlyList<Leaf> leaves, string? start = null)
    {
        var from = new StringBuilder("  from " + start);
        var expression = new StringBuilder();
        var count = 0;
        foreach (var leaf in leaves.OrderBy(leaf => leaf.Negated))
        {
            var name = (leaf.Negated ? "n" : "p") + count.ToString(CultureInfo.InvariantCulture);
            var joins = count > 0 || start is not null;
            if (joins) from.Append(leaf.Negated ? "\n  left join " : "\n  join ");
            from.Append(CultureInfo.InvariantCulture, $"({LeafSelect(leaf)}) {name}");
            if (joins) from.Append(" using (block)");
            if (count > 0) expression.Append(" & ");
            expression.Append(leaf.Negated ? $"coalesce(~{name}.b, {Ones})" : $"{name}.b");
            count++;
        }

        return (from.ToString(), expression.ToString());
    }

    string LeafSelect(Leaf leaf)
    {
        var bits = BitsSelect(leaf);
        if (leaf.Rows is null) return bits;
        var within = window is var (first, last) ? $" where no between {first}::bigint * 32000 and {last}::bigint * 32000 + 31999" : "";
        var rows = $"select (no / 32000)::integer as block, bit_or(set_bit({Zeros}, (no % 32000)::integer, 1)) as b from ({Source(leaf.Rows)}) rows{within} group by 1";
        return $"select block, bit_or(b) as b from ({bits} union all {rows}) mixed group by block";
    }

    string BitsSelect(Leaf leaf)
    {
        var range = gathered ? " and block = any(array(select block from gathered))" : window is var (from, to) ? $" and block between {from} and {to}" : "";
        return leaf.Terms.Count == 1
            ? $"select block, b from bits where term = {Add(SqlValue.Of(leaf.Terms[0]))}{range}"
            : $"select block, bit_or(b) as b from bits where term = any({Add(SqlValue.Of(leaf.Terms))}){range} group by block";
    }

    // with found (no), gathered (block), matched (block, b, x0 ...), and from them the numbers (no) that match. The bits of matched are computed, even of a single
    // leaf, and so unpacked. Rows are sorted before they are made distinct: by hashing, millions of them take minutes. Rows r of the driver are looked at within
    // a condition.
    (string With, string From) RowSelect(IReadOnlyList<Leaf> leaves, string within)
    {
        var driver = leaves.First(leaf => leaf is { Negated: false, HasBits: false, Rows: not null });
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"with found as materialized (\nselect distinct no from (select r.no from ({Source(driver.Rows!)}) r where {within}");
        foreach (var leaf in leaves.Where(leaf => !ReferenceEquals(leaf, driver) && !leaf.HasBits))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n   and {(leaf.Negated ? "not " : "")}r.no in ({Source(leaf.Rows!)})");
        }

        text.Append(" order by r.no) sorted\n)");
        var bits = leaves.Where(leaf => leaf is { HasBits: true, Rows: null }).ToList();
        var mixed = leaves.Where(leaf => leaf is { HasBits: true, Rows: not null }).ToList();
        if (bits.Count + mixed.Count == 0) return (text.ToString(), "  from found");

        gathered = true;
        var (from, expression) = bits.Count > 0 ? BlockJoin(bits, "gathered") : ("  from gathered", Ones);
        if (bits.Count == 1) expression += $" & {Ones}";
        var columns = new StringBuilder();
        var tests = new StringBuilder();
        for (var i = 0; i < mixed.Count; i++)
        {
            from += string.Create(CultureInfo.InvariantCulture, $"\n  left join ({BitsSelect(mixed[i])}) x{i} using (block)");
            columns.Append(CultureInfo.InvariantCulture, $", coalesce(x{i}.b & {Ones}, {Zeros}) as x{i}");
            tests.Append(CultureInfo.InvariantCulture, $"\n   and {(mixed[i].Negated ? "not " : "")}({HasBit($"x{i}")} or no in ({Source(mixed[i].Rows!)}))");
        }

        text.Append(", gathered as materialized (\nselect distinct (no / 32000)::integer as block from found\n)");
        text.Append(CultureInfo.InvariantCulture, $", matched as materialized (\nselect block, {expression} as b{columns}\n{from}\n)");
        return (text.ToString(), $"  from found join matched on block = (no / 32000)::integer\n where {HasBit("b")}{tests}");
    }

    static string HasBit(string column) => $"get_bit({column}, (no % 32000)::integer) = 1";

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
