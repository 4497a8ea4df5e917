using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>
/// Fills a page in the order of _sort; rows without a value come last in both directions, ties by search number. Few matches are sorted in memory; many are
/// found by walking the index of the key.
/// </summary>
sealed class SortedMatches(NpgsqlConnection connection, Matches matches, IReadOnlyList<SortKey> keys, int inMemory)
{
    /// <summary>Values of so many rows are fetched by number; more rows than that are dense enough in an index walk.</summary>
    public const int InMemory = 20_000;

    /// <summary>An order by several keys is always made in memory.</summary>
    public const int MostBySeveral = 100_000;

    readonly List<SortColumn> columns = [];

    /// <summary>Sort values of the last row on the page.</summary>
    public async Task<IReadOnlyList<string?>?> FillAsync(PageRows page, PagePosition? start, CancellationToken cancellationToken)
    {
        var terms = new TermLookup(connection);
        foreach (var key in keys) columns.Add(await SortColumn.OfAsync(connection, terms, key, cancellationToken));
        var set = await matches.AllAsync(cancellationToken);
        var count = set.Count;
        if (count <= (keys.Count == 1 ? inMemory : MostBySeveral)) return await FillFromMemoryAsync(page, [.. set.Numbers], start, cancellationToken);
        if (keys.Count > 1) throw new TooCostlyException("_sort", $"_sort by several keys orders at most {MostBySeveral:N0} matches, these are {count:N0}; sort by one key or narrow the search.");
        return await WalkAsync(page, set, start, cancellationToken);
    }

    async Task<IReadOnlyList<string?>?> FillFromMemoryAsync(PageRows page, List<long> numbers, PagePosition? start, CancellationToken cancellationToken)
    {
        var values = new List<Dictionary<long, string>>();
        foreach (var column in columns) values.Add(await column.KeysAsync(numbers, cancellationToken));
        var rows = numbers.Select(no => new Row(no, [.. values.Select(column => column.GetValueOrDefault(no))])).ToList();
        rows.Sort(Compare);
        var from = start is null ? 0 : rows.FindIndex(row => Compare(row, new Row(start.Last, start.Keys!)) > 0);
        if (from < 0) return null;
        await page.AddAsync([.. rows.Skip(from).Select(row => row.No)], cancellationToken);
        return rows.Find(row => row.No == page.Last)?.Keys;
    }

    sealed record Row(long No, IReadOnlyList<string?> Keys);

    int Compare(Row left, Row right)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            var (mine, other) = (left.Keys[i], right.Keys[i]);
            var order = mine is null || other is null ? (mine is null).CompareTo(other is null) : columns[i].Compare(mine, other) * (columns[i].Descending ? -1 : 1);
            if (order != 0) return order;
        }

        return left.No.CompareTo(right.No);
    }

    async Task<IReadOnlyList<string?>?> WalkAsync(PageRows page, NumberSet set, PagePosition? start, CancellationToken cancellationToken)
    {
        var column = columns[0];
        var shown = new Dictionary<long, string>();
        if (start is null || start.Keys![0] is not null)
        {
            var waiting = new List<(long No, string Key)>();
            await foreach (var row in column.WalkAsync(set, start is null ? null : (start.Keys![0]!, start.Last), cancellationToken))
            {
                waiting.Add(row);
                if (waiting.Count <= page.Count) continue;
                if (await AddFirstsAsync(page, column, waiting, shown, cancellationToken)) break;
                waiting.Clear();
            }

            if (!page.HasMore && waiting.Count > 0) await AddFirstsAsync(page, column, waiting, shown, cancellationToken);
        }

        if (!page.HasMore)
        {
            await column.RemovePresentAsync(set, cancellationToken);
            var after = start?.Keys![0] is null ? start?.Last ?? 0 : 0;
            foreach (var portion in set.Numbers.Where(no => no > after).Chunk(page.Count + 1))
            {
                if (await page.AddAsync(portion, cancellationToken)) break;
            }
        }

        return [shown.GetValueOrDefault(page.Last)];
    }

    // A row stands where its first value stands; its further values are passed over.
    static async Task<bool> AddFirstsAsync(
        PageRows page, SortColumn column, List<(long No, string Key)> waiting, Dictionary<long, string> shown, CancellationToken cancellationToken)
    {
        var first = await column.KeysAsync([.. waiting.Select(row => row.No).Distinct()], cancellationToken);
        var numbers = new List<long>();
        foreach (var (no, key) in waiting)
        {
            if (first.TryGetValue(no, out var own) && column.Compare(own, key) == 0 && shown.TryAdd(no, key)) numbers.Add(no);
        }

        return await page.AddAsync(numbers, cancellationToken);
    }
}
