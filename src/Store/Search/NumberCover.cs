namespace Dicom2Fhir.Store.Search;

/// <summary>An interval of numbers; an end that is null is open.</summary>
readonly record struct NumberInterval(decimal? Low, bool WithLow, decimal? High, bool WithHigh)
{
    /// <summary>Where a value of a resource must lie, in one of them, to match (R4 search 3.1.1.4.6).</summary>
    public static IReadOnlyList<NumberInterval> Of(NumberValue value) => value.Prefix switch
    {
        Prefix.Gt or Prefix.Sa => [new(value.Number, false, null, false)],
        Prefix.Lt or Prefix.Eb => [new(null, false, value.Number, false)],
        Prefix.Ge => [new(value.Number, true, null, false)],
        Prefix.Le => [new(null, false, value.Number, true)],
        Prefix.Ne => [new(null, false, value.Low, false), new(value.High, true, null, false)],
        Prefix.Ap => [new(value.Low, true, value.High, true)],
        _ => [new(value.Low, true, value.High, false)],
    };

    /// <summary>What of it lies within <paramref name="distance"/> of its lower end.</summary>
    public NumberInterval Beginning(decimal distance) => High is null || High > Low + distance ? this with { High = Low + distance, WithHigh = true } : this;

    /// <summary>What of it lies within <paramref name="distance"/> of its upper end.</summary>
    public NumberInterval Ending(decimal distance) => Low is null || Low < High - distance ? this with { Low = High - distance, WithLow = true } : this;
}

/// <summary>Codes of one resolution, from <paramref name="Low"/> to under <paramref name="High"/>.</summary>
/// <param name="Digits">'1', '2' or '3'.</param>
readonly record struct CellRange(char Digits, string Low, string High);

/// <summary>An interval as the fewest codes whose numbers all lie in it, and the parts of it that are less than a cell.</summary>
sealed record NumberCover(IReadOnlyList<CellRange> Ranges, IReadOnlyList<NumberInterval> Parts)
{
    public static NumberCover Of(NumberInterval interval)
    {
        var parts = new HashSet<NumberInterval>();
        var (low, high) = ("", NumberCell.Behind);
        if (interval.Low is { } from)
        {
            var cell = NumberCell.Of(from);
            var isWhole = interval.WithLow && cell.IsLeast(from);
            low = isWhole ? cell.Code : cell.Code + NumberCell.Behind;
            if (!isWhole && (interval.WithLow || !cell.IsGreatest(from))) parts.Add(interval.Beginning(cell.Width));
        }

        if (interval.High is { } to)
        {
            var cell = NumberCell.Of(to);
            var isWhole = interval.WithHigh && cell.IsGreatest(to);
            high = isWhole ? cell.Code + NumberCell.Behind : cell.Code;
            if (!isWhole && (interval.WithHigh || !cell.IsLeast(to))) parts.Add(interval.Ending(cell.Width));
        }

        return new NumberCover([.. Between(low, high).Where(range => string.CompareOrdinal(range.Low, range.High) < 0)], [.. parts]);
    }

    // Cells up to the end of the bucket of two digits, these up to the end of the bucket of one digit, these; and back.
    static IEnumerable<CellRange> Between(string low, string high)
    {
        var (lowTwo, lowOne, highTwo, highOne) = (Cut(low, 5), Cut(low, 4), Cut(high, 5), Cut(high, 4));
        if (lowTwo == highTwo) return [new('3', low, high)];
        if (lowOne == highOne) return [new('3', low, End(lowTwo)), new('2', End(lowTwo), highTwo), new('3', highTwo, high)];
        return
        [
            new('3', low, End(lowTwo)), new('2', End(lowTwo), End(lowOne)), new('1', End(lowOne), highOne),
            new('2', highOne, highTwo), new('3', highTwo, high),
        ];
    }

    static string Cut(string code, int length) => code.Length > length ? code[..length] : code;

    // An interval that is open below begins before every bucket.
    static string End(string bucket) => bucket.Length == 0 ? "" : bucket + NumberCell.Behind;
}
