using System.Globalization;

namespace Dicom2Fhir.Store.Search;

/// <summary>Search numbers from typed rows: a select of one column "no" whose parameters are numbered from {0} on.</summary>
/// <param name="Sql">With {0}, {1} ... where its parameters go.</param>
sealed record RowSource(string Sql, IReadOnlyList<SqlValue> Values)
{
    public static RowSource References(int param, IEnumerable<string> targets) =>
        new("select no from ref_row where param = {0} and target = any({1})", [SqlValue.Of(param), SqlValue.Of(targets)]);

    public static RowSource Identifiers(int param, IEnumerable<long> hashes) =>
        new("select no from ident_row where param = {0} and hash = any({1})", [SqlValue.Of(param), SqlValue.Of(hashes)]);

    /// <summary>
    /// Values that stand in the document as they are (UIDs). Two may share a hash of 64 bits, so the document decides: as text, else, where its strings are
    /// written with escapes, by its values. Rows of an older version than the document, and those whose newer one waits to be folded, go by the hash.
    /// </summary>
    public static RowSource Bare(int param, short type, IReadOnlyList<(long Hash, string Value)> wanted) => new(
        """
        select i.no from unnest({2}, {3}) v(hash, value) join ident_row i on i.param = {0} and i.hash = v.hash
          join search_row s on s.type = {1} and s.no = i.no join resource d on d.resource_id = s.resource_id
         where s.gone_at is not null or position('"' || v.value || '"' in d.document) > 0
            or exists (select from pending p where p.resource_id = s.resource_id)
            or jsonb_path_exists(d.document::jsonb, '$.** ? (@ == $value)', jsonb_build_object('value', v.value))
        """,
        [SqlValue.Of(param), SqlValue.Of(type), SqlValue.Of(wanted.Select(one => one.Hash)), SqlValue.Of(wanted.Select(one => one.Value))]);

    public static RowSource Ids(short type, IEnumerable<string> ids) =>
        new("select s.no from resource r join search_row s on s.resource_id = r.resource_id where r.type = {0} and r.id = any({1})",
            [SqlValue.Of(type), SqlValue.Of(ids)]);

    /// <summary>Rows of a reference to a current resource of another type, given by its search numbers.</summary>
    /// <param name="prefixes">"Device/" and its absolute forms.</param>
    public static RowSource ReferencesTo(int param, short type, IEnumerable<long> numbers, IEnumerable<string> prefixes) => new(
        """
        select f.no from search_row t join resource r on r.resource_id = t.resource_id cross join unnest({3}) p(prefix)
          join ref_row f on f.param = {0} and f.target = p.prefix || r.id
         where t.type = {1} and t.no = any({2}) and t.gone_at is null
        """,
        [SqlValue.Of(param), SqlValue.Of(type), SqlValue.Of(numbers), SqlValue.Of(prefixes)]);

    /// <summary>Rows that a reference of another type's current rows names.</summary>
    /// <param name="prefixes">"Patient/" and its absolute forms.</param>
    public static RowSource ReferencedBy(int param, short source, IEnumerable<long> numbers, short type, IEnumerable<string> prefixes) => new(
        """
        select s.no from search_row o join ref_row f on f.param = {0} and f.no = o.no cross join unnest({4}) p(prefix)
          join resource r on r.type = {3} and r.id = substring(f.target from length(p.prefix) + 1) and starts_with(f.target, p.prefix)
          join search_row s on s.resource_id = r.resource_id
         where o.type = {1} and o.no = any({2}) and o.gone_at is null
        """,
        [SqlValue.Of(param), SqlValue.Of(source), SqlValue.Of(numbers), SqlValue.Of(type), SqlValue.Of(prefixes)]);

    public static RowSource Numbers(IEnumerable<long> numbers) => new("select no from unnest({0}) n(no)", [SqlValue.Of(numbers)]);

    /// <summary>Dates within [from, to) for which the condition of <see cref="DateEdge"/> holds.</summary>
    public static RowSource Dates(int param, DateEdge edge) => new(
        "select no from date_row where param = {0} and low >= {1} and low < {2} and " + Fill(edge.Condition, 3),
        [SqlValue.Of(param), SqlValue.Of(edge.From), SqlValue.Of(edge.To), SqlValue.Of(edge.Low), SqlValue.Of(edge.High)]);

    /// <summary>Dates for which the condition holds, wherever they are.</summary>
    public static RowSource Dates(IEnumerable<int> terms, DateEdge edge) => new(
        "select no from date_row where param = any({0}) and " + Fill(edge.Condition, 1), [SqlValue.Of(terms), SqlValue.Of(edge.Low), SqlValue.Of(edge.High)]);

    /// <summary>Numbers within an interval, of which an end at most is open.</summary>
    public static RowSource Numbers(IEnumerable<int> terms, NumberInterval interval)
    {
        var low = interval.Low is null ? "" : $" and low {(interval.WithLow ? ">=" : ">")} {{1}}";
        var high = interval.High is null ? "" : $" and low {(interval.WithHigh ? "<=" : "<")} {{{(interval.Low is null ? 1 : 2)}}}";
        SqlValue[] ends = [.. new[] { interval.Low, interval.High }.OfType<decimal>().Select(SqlValue.Of)];
        return new("select no from num_row where param = any({0})" + low + high, [SqlValue.Of(terms), .. ends]);
    }

    /// <summary>Runs of integers for which the condition of <see cref="RunEdge"/> holds.</summary>
    public static RowSource Runs(int param, RunEdge edge) => new(
        "select no from num_row where param = {0} and " + Fill(edge.Condition, 1), [SqlValue.Of(param), SqlValue.Of(edge.Low), SqlValue.Of(edge.High)]);

    /// <summary>Strings that begin with a folded text.</summary>
    public static RowSource Beginning(IEnumerable<int> terms, string folded)
    {
        var key = Key(folded);
        return new(
            "select no from str_row where param = any({0}) and left(folded, 100) >= {1} and left(folded, 100) <= {2} and starts_with(folded, {3})",
            [SqlValue.Of(terms), SqlValue.Of(key), SqlValue.Of(key + Behind), SqlValue.Of(folded)]);
    }

    public static RowSource Containing(IEnumerable<int> terms, string folded) =>
        new("select no from str_row where param = any({0}) and folded like {1}", [SqlValue.Of(terms), SqlValue.Of($"%{Like(folded)}%")]);

    /// <summary>Strings that are one of the texts letter for letter: the key leads to them, the hash decides.</summary>
    public static RowSource Exactly(IEnumerable<int> terms, IReadOnlyList<string> texts)
    {
        var folded = texts.Select(Folding.Fold).Distinct().ToList();
        return new(
            "select r.no from unnest({1}, {2}) k(low, high) join str_row r on r.param = any({0}) and left(r.folded, 100) >= k.low and left(r.folded, 100) <= k.high and r.hash = any({3})",
            [SqlValue.Of(terms), SqlValue.Of(folded.Select(Key)), SqlValue.Of(folded.Select(text => text.Length <= KeyLetters ? text : Key(text) + Behind)), SqlValue.Of(texts.Select(Hashes.Exact))]);
    }

    /// <summary>All of them together; null for none.</summary>
    public static RowSource? Union(IReadOnlyList<RowSource> sources)
    {
        if (sources.Count <= 1) return sources.Count == 0 ? null : sources[0];
        var parts = new List<string>();
        var values = new List<SqlValue>();
        foreach (var source in sources)
        {
            parts.Add(string.Format(CultureInfo.InvariantCulture, source.Sql, [.. Enumerable.Range(values.Count, source.Values.Count).Select(object (i) => $"{{{i}}}")]));
            values.AddRange(source.Values);
        }

        return new RowSource(string.Join(" union all ", parts), values);
    }

    // Fewer than the 100 code points the btree holds: what is behind them is compared in the row.
    const int KeyLetters = 50;

    static string Key(string folded) =>
        folded.Length <= KeyLetters ? folded : folded[..(char.IsHighSurrogate(folded[KeyLetters - 1]) ? KeyLetters - 1 : KeyLetters)];

    /// <summary>Behind every text that begins with the same letters, in the order of bytes.</summary>
    internal const string Behind = "\U0010FFFF";

    static string Like(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    static string Fill(string condition, int first) =>
        condition.Replace("$low", $"{{{first}}}", StringComparison.Ordinal).Replace("$high", $"{{{first + 1}}}", StringComparison.Ordinal);
}

/// <summary>Rows of the days a search time falls on, and what must hold there.</summary>
/// <param name="Condition">$low and $high stand for the search interval.</param>
sealed record DateEdge(DateTime From, DateTime To, string Condition, DateTime Low, DateTime High)
{
    /// <summary>What must hold of [low, high), by prefix (R4 search 3.1.1.4.7).</summary>
    public static string ConditionOf(Prefix prefix) => prefix switch
    {
        Prefix.Eq => "low >= $low and high <= $high",
        Prefix.Ne => "not (low >= $low and high <= $high)",
        Prefix.Gt => "high > $high and $low is not null",
        Prefix.Lt => "low < $low and $high is not null",
        Prefix.Ge => "(high > $high or (low >= $low and high <= $high))",
        Prefix.Le => "(low < $low or (low >= $low and high <= $high))",
        Prefix.Sa => "low >= $high and $low is not null",
        Prefix.Eb => "high <= $low and $high is not null",
        Prefix.Ap => "low < $high and high > $low",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary>What must hold of a run of integers, of which one must match.</summary>
/// <param name="Condition">$low and $high stand for <paramref name="Low"/> and <paramref name="High"/>.</param>
sealed record RunEdge(string Condition, decimal Low, decimal High)
{
    /// <summary>Null when nothing can match: 3.5 among integers.</summary>
    public static RunEdge? Of(NumberValue value)
    {
        var n = value.Number;
        return value.Prefix switch
        {
            Prefix.Gt or Prefix.Sa => new("high > $low and $high is not null", n, n),
            Prefix.Lt or Prefix.Eb => new("low < $low and $high is not null", n, n),
            Prefix.Ge => new("high >= $low and $high is not null", n, n),
            Prefix.Le => new("low <= $low and $high is not null", n, n),
            _ => Within(value),
        };
    }

    static RunEdge? Within(NumberValue value)
    {
        var first = Math.Ceiling(value.Low);
        var last = value.Prefix == Prefix.Ap ? Math.Floor(value.High) : Math.Ceiling(value.High) - 1;
        if (value.Prefix == Prefix.Ne) return new RunEdge("(low < $low or high > $high)", first, last);
        return first <= last ? new RunEdge("low <= $high and high >= $low", first, last) : null;
    }
}
