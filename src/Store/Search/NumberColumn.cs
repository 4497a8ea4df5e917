using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>Numbers and quantities, whatever the unit: points by the bitmap of their cell, what lies between points by rows.</summary>
/// <param name="under">Terms the rows are filed under.</param>
/// <param name="terms">The cells of the parameter.</param>
sealed class NumberColumn(
    NpgsqlConnection connection, SortKey key, SortColumn.Valued valued, int[] under, IReadOnlyList<(int Id, string System, string Code)> terms) : SortColumn(key)
{
    // Buckets read at once: one first, since a page is often full by then, and so many when there is little in each.
    const int MostAtOnce = 32;

    /// <summary>A point, or what lies between two: the terms of all units.</summary>
    sealed record Bucket(NumberCell Cell, IReadOnlyList<int> Terms);

    readonly List<Bucket> buckets = Order(terms, key.Descending);
    readonly RowColumn rows = new(connection, key, valued, under, RowColumn.Numbers);

    static List<Bucket> Order(IReadOnlyList<(int Id, string System, string Code)> terms, bool descending)
    {
        var found = terms.Select(term => (term.Id, Cell: new NumberCell(term.Code[(term.Code.LastIndexOf(IndexExtractor.PartSeparator) + 1)..])))
            .GroupBy(term => (Bucket: term.Cell.Code[..^1], term.Cell.IsPoint))
            .Select(group => new Bucket(group.First().Cell, [.. group.Select(term => term.Id)]));
        var comparer = StringComparer.Ordinal;
        return [.. descending ? found.OrderByDescending(bucket => bucket.Cell.Code, comparer) : found.OrderBy(bucket => bucket.Cell.Code, comparer)];
    }

    public override int Compare(string left, string right) => Number(left).CompareTo(Number(right));

    public override async Task<Dictionary<long, string>> KeysAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        var without = NumberSet.Of(numbers);
        await RemovePresentAsync(without, cancellationToken);
        var wanted = NumberSet.Of(numbers);
        wanted.ExceptWith(without);
        var (keys, count) = (new Dictionary<long, string>(), wanted.Count);
        if (count == 0) return keys;
        await foreach (var (no, key) in WalkAsync(wanted, null, cancellationToken))
        {
            if (keys.TryAdd(no, key) && keys.Count == count) break;
        }

        return keys;
    }

    public override async IAsyncEnumerable<(long No, string Key)> WalkAsync(
        NumberSet within, (string Key, long No)? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = after is { } position ? buckets.FindIndex(bucket => !IsBefore(bucket, Number(position.Key))) : 0;
        for (var atOnce = 1; next >= 0 && next < buckets.Count; next += atOnce, atOnce = Math.Min(atOnce * 2, MostAtOnce))
        {
            var portion = buckets.GetRange(next, Math.Min(atOnce, buckets.Count - next));
            var sets = await SetsAsync(portion, within, cancellationToken);
            foreach (var bucket in portion)
            {
                if (!sets.TryGetValue(bucket, out var set) || set.IsEmpty) continue;
                if (bucket.Cell.IsPoint)
                {
                    foreach (var row in PointRows(bucket, set, after)) yield return row;
                }
                else
                {
                    await foreach (var row in RowsAsync(bucket, set, after, cancellationToken)) yield return row;
                }
            }
        }
    }

    public override Task RemovePresentAsync(NumberSet set, CancellationToken cancellationToken) => RemoveAsync(connection, valued, set, cancellationToken);

    // All of its numbers come before the position.
    bool IsBefore(Bucket bucket, decimal position)
    {
        var (low, high) = Ends(bucket);
        return Descending ? low > position || (low == position && !bucket.Cell.IsPoint) : high < position || (high == position && !bucket.Cell.IsPoint);
    }

    // The points around what lies between; of a point itself.
    static (decimal Low, decimal High) Ends(Bucket bucket)
    {
        var point = bucket.Cell.Point;
        if (bucket.Cell.IsPoint) return (point, point);
        return point < 0 ? (point - bucket.Cell.Width, point) : (point, point + bucket.Cell.Width);
    }

    async Task<Dictionary<Bucket, NumberSet>> SetsAsync(List<Bucket> portion, NumberSet within, CancellationToken cancellationToken)
    {
        var of = portion.SelectMany(bucket => bucket.Terms.Select(term => (term, bucket))).ToDictionary(pair => pair.term, pair => pair.bucket);
        await using var command = new NpgsqlCommand("select block, b, term from bits where term = any($1) and block = any($2)", connection);
        command.Parameters.AddWithValue(of.Keys.ToArray());
        command.Parameters.AddWithValue(within.Blocks.ToArray());
        var sets = new Dictionary<Bucket, NumberSet>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var bucket = of[reader.GetInt32(2)];
            if (!sets.TryGetValue(bucket, out var set)) sets[bucket] = set = new NumberSet();
            set.Read(reader);
        }

        foreach (var set in sets.Values) set.IntersectWith(within);
        return sets;
    }

    static IEnumerable<(long No, string Key)> PointRows(Bucket bucket, NumberSet set, (string Key, long No)? after)
    {
        var key = bucket.Cell.Point.ToString(CultureInfo.InvariantCulture);
        var behind = after is { } position && Number(position.Key) == bucket.Cell.Point ? position.No : -1;
        return set.Numbers.Where(no => no > behind).Select(no => (no, key));
    }

    IAsyncEnumerable<(long No, string Key)> RowsAsync(Bucket bucket, NumberSet set, (string Key, long No)? after, CancellationToken cancellationToken)
    {
        var (low, high) = Ends(bucket);
        var (first, last) = Descending ? (high, low) : (low, high);
        var isInside = after is { } position && Number(position.Key) > low && Number(position.Key) < high;
        var from = isInside ? after!.Value : (first.ToString(CultureInfo.InvariantCulture), long.MaxValue);
        return rows.WalkAsync(set, from, last.ToString(CultureInfo.InvariantCulture), cancellationToken);
    }

    static decimal Number(string key) => decimal.Parse(key, CultureInfo.InvariantCulture);
}
