using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.Store;

/// <summary>The index entries of a resource as the database has them: terms by their numbers, typed rows column by column.</summary>
sealed class NumberedEntries
{
    NumberedEntries(TermNumbers by) => By = by;

    /// <summary>The numbers are those of one server: with another's they mean other terms.</summary>
    public TermNumbers By { get; }

    public string? Patient { get; private init; }

    public DateTime? Started { get; private init; }

    public required int[] Terms { get; init; }

    public required (int[] Param, string[] Target) References { get; init; }

    public required (int[] Param, long[] Hash) Identifiers { get; init; }

    public required (int[] Param, DateTime[] Low, DateTime[] High) Dates { get; init; }

    public required (int[] Param, decimal[] Low, decimal[] High) Numbers { get; init; }

    public required (int[] Param, string[] Folded, long[] Hash) Strings { get; init; }

    /// <param name="entries">Indexable ones.</param>
    /// <returns>Null when a term of theirs has no number yet.</returns>
    public static NumberedEntries? Of(IndexEntries entries, TermNumbers numbers)
    {
        var terms = new int[entries.Terms.Count];
        for (var i = 0; i < terms.Length; i++)
        {
            if (!numbers.TryGet(entries.Terms[i], out terms[i])) return null;
        }

        return new NumberedEntries(numbers)
        {
            Patient = entries.Patient,
            Started = entries.Started,
            Terms = terms,
            References = ([.. entries.References.Select(row => numbers[row.Param])], [.. entries.References.Select(row => row.Target)]),
            Identifiers = ([.. entries.Identifiers.Select(row => numbers[row.Param])], [.. entries.Identifiers.Select(row => row.Hash)]),
            Dates = ([.. entries.Dates.Select(row => numbers[row.Param])], [.. entries.Dates.Select(row => row.Low)], [.. entries.Dates.Select(row => row.High)]),
            Numbers = ([.. entries.Numbers.Select(row => numbers[row.Param])], [.. entries.Numbers.Select(row => row.Low)], [.. entries.Numbers.Select(row => row.High)]),
            Strings = ([.. entries.Strings.Select(row => numbers[row.Param])], [.. entries.Strings.Select(row => row.Folded)], [.. entries.Strings.Select(row => row.Hash)]),
        };
    }

    /// <summary>These and the terms and dates of others: what the writer adds (<see cref="IndexExtractor.OfWriting"/>).</summary>
    public NumberedEntries With(NumberedEntries others) => new(By)
    {
        Patient = Patient,
        Started = Started,
        Terms = [.. Terms.Union(others.Terms)],
        References = References,
        Identifiers = Identifiers,
        Dates = ([.. Dates.Param, .. others.Dates.Param], [.. Dates.Low, .. others.Dates.Low], [.. Dates.High, .. others.Dates.High]),
        Numbers = Numbers,
        Strings = Strings,
    };
}
