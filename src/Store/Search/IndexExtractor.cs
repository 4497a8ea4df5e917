using System.Globalization;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search;

/// <summary>Makes the index entries of a resource by the rows of <see cref="SearchParameters"/>.</summary>
/// <param name="zone">Zone whose days, months and years the calendar terms are.</param>
public sealed class IndexExtractor(TimeZoneInfo zone)
{
    /// <summary>Joins the parts of a composite's code; it cannot stand in a FHIR string.</summary>
    internal const char PartSeparator = '\u001f';

    /// <summary>Words are found by their beginning: what stands behind is not kept.</summary>
    internal const int MostWordLetters = 200;

    /// <param name="lastUpdated">Of the version being written, UTC.</param>
    public IndexEntries Extract(ServedType type, Resource resource, DateTime lastUpdated)
    {
        resource.Meta ??= new Meta();
        resource.Meta.LastUpdated = lastUpdated;
        return Extract(resource, SearchParameters.Of(type));
    }

    /// <summary>Those entries that are known before the resource is written. With <see cref="OfWriting"/> they are all of them.</summary>
    internal IndexEntries OfContent(ServedType type, Resource resource) => Extract(resource, SearchParameters.Of(type).Where(parameter => !parameter.IsOfWriting));

    /// <summary>The entries that say when a version was written.</summary>
    internal IndexEntries OfWriting(ServedType type, DateTime lastUpdated) =>
        Extract(new Basic { Meta = new Meta { LastUpdated = lastUpdated } }, SearchParameters.Of(type).Where(parameter => parameter.IsOfWriting));

    IndexEntries Extract(Resource resource, IEnumerable<SearchParameter> parameters)
    {
        var entries = new Entries();
        foreach (var parameter in parameters)
        {
            if (parameter.Storage == SearchStorage.Resource) continue;
            var values = parameter.Values(resource);
            if (values.Count == 0) continue;
            var present = new TermKey(parameter.Type.Number, parameter.Name, 'p', "", "");
            entries.Terms.Add(present);
            if (!values.Any(HasOrder)) entries.Terms.Add(present with { Kind = 'n' });
            if (parameter.HasRuns)
            {
                entries.Numbers.UnionWith(Runs(values.OfType<IndexValue.Number>().Select(number => number.Value)).Select(run => (present, run.Low, run.High)));
                continue;
            }

            for (var i = 0; i < values.Count; i++)
            {
                // series of a study mostly say the same
                if (i == 0 || values[i] != values[i - 1]) Add(entries, parameter, present, values[i]);
            }
        }

        return new IndexEntries
        {
            Terms = [.. entries.Terms],
            References = [.. entries.References],
            Identifiers = [.. entries.Identifiers],
            Dates = [.. entries.Dates],
            Numbers = [.. entries.Numbers],
            Strings = [.. entries.Strings],
            Patient = Patient(resource),
            Started = (resource as ImagingStudy)?.Started is { } started ? FhirDate.Parse(started, zone)?.Low : null,
        };
    }

    // A value that results can be ordered by.
    bool HasOrder(IndexValue value) => value switch
    {
        IndexValue.Present or IndexValue.Words or IndexValue.TypedToken or IndexValue.Logical => false,
        IndexValue.Moment or IndexValue.Span => FhirDate.Of(value, zone) is not null,
        _ => true,
    };

    /// <summary>Integers as runs: 1, 2, 3, 7 are 1..3 and 7..7.</summary>
    internal static IEnumerable<(decimal Low, decimal High)> Runs(IEnumerable<decimal> numbers)
    {
        (decimal Low, decimal High)? run = null;
        foreach (var number in numbers.Distinct().Order())
        {
            if (run is { } open && number == open.High + 1)
            {
                run = (open.Low, number);
                continue;
            }

            if (run is { } done) yield return done;
            run = (number, number);
        }

        if (run is { } last) yield return last;
    }

    /// <summary>Code of a composite's term: system and code of each token, and of a quantity its unit: what cannot be compared is in the row.</summary>
    internal static string TupleCode(IEnumerable<IndexValue> parts) => string.Join(PartSeparator, parts.SelectMany(part => part switch
    {
        IndexValue.Token token => [token.System, token.Code],
        IndexValue.Quantity quantity => [quantity.System, quantity.Code, quantity.Unit],
        _ => Array.Empty<string>(),
    }));

    void Add(Entries entries, SearchParameter parameter, TermKey present, IndexValue value)
    {
        switch (value)
        {
            case IndexValue.Token token when parameter.IsBare:
                entries.Identifiers.Add((present, Hashes.Identifier(null, token.Code)));
                break;
            case IndexValue.Token token when parameter.Storage == SearchStorage.Rows:
                AddIdentifier(entries, present, token.System, token.Code);
                break;
            case IndexValue.Token token:
                entries.Terms.Add(present with { Kind = 't', System = token.System, Code = token.Code });
                if (parameter.IsBodySite) entries.Terms.UnionWith(BodyRegions.Containing(token.System, token.Code).Select(code => present with { Kind = 'b', System = token.System, Code = code }));
                break;
            case IndexValue.TypedToken typed:
                entries.Identifiers.Add((present, Hashes.Typed(typed.TypeSystem, typed.TypeCode, typed.Value)));
                break;
            case IndexValue.Words words:
                if (Words(words.Text) is { Length: > 0 } folded) entries.Terms.Add(present with { Kind = 'x', Code = folded });
                break;
            case IndexValue.Uri uri:
                entries.Terms.Add(present with { Kind = 'u', Code = uri.Value });
                break;
            case IndexValue.Reference reference:
                entries.References.Add((present, reference.Target));
                break;
            case IndexValue.Logical logical:
                AddIdentifier(entries, present, logical.System, logical.Value);
                break;
            case IndexValue.Tuple tuple:
                AddTuple(entries, present, tuple);
                break;
            case IndexValue.Number number:
                AddNumber(entries, present, "", "", number.Value);
                break;
            case IndexValue.Quantity quantity:
                var unit = present with { Kind = 'q', System = quantity.System, Code = quantity.Code + PartSeparator + quantity.Unit };
                entries.Terms.Add(unit);
                AddNumber(entries, unit, quantity.System, unit.Code + PartSeparator, quantity.Value);
                break;
            case IndexValue.Prose text:
                entries.Strings.Add((present, Folding.Fold(text.Value), Hashes.Exact(text.Value)));
                break;
            case IndexValue.Moment or IndexValue.Span:
                AddDate(entries, present, value);
                break;
        }
    }

    /// <summary>Words as their term has them.</summary>
    internal static string Words(string text) => Folding.Fold(text) is var folded && folded.Length > MostWordLetters ? Cut(folded) : folded;

    // Not between the halves of a surrogate pair.
    static string Cut(string text) => char.IsHighSurrogate(text[MostWordLetters - 1]) ? text[..(MostWordLetters - 1)] : text[..MostWordLetters];

    // Its cells are terms; what they do not tell is in a row.
    static void AddNumber(Entries entries, TermKey under, string system, string unit, decimal number)
    {
        var cell = NumberCell.Of(number);
        entries.Terms.Add(under with { Kind = '1', System = system, Code = unit + cell.OneDigit });
        entries.Terms.Add(under with { Kind = '2', System = system, Code = unit + cell.TwoDigits });
        entries.Terms.Add(under with { Kind = '3', System = system, Code = unit + cell.Code });
        if (!cell.IsPoint) entries.Numbers.Add((under, number, number));
    }

    static void AddIdentifier(Entries entries, TermKey param, string system, string value)
    {
        entries.Identifiers.Add((param, Hashes.Identifier(null, value)));
        entries.Identifiers.Add((param, Hashes.Identifier(system, value)));
        entries.Identifiers.Add((param, Hashes.System(system)));
    }

    void AddTuple(Entries entries, TermKey present, IndexValue.Tuple tuple)
    {
        var term = present with { Kind = 'c', Code = TupleCode(tuple.Parts) };
        entries.Terms.Add(term);
        switch (tuple.Parts[^1])
        {
            case IndexValue.Quantity quantity:
                entries.Numbers.Add((term, quantity.Value, quantity.Value));
                break;
            case IndexValue.Prose text:
                entries.Strings.Add((term, Folding.Fold(text.Value), Hashes.Exact(text.Value)));
                break;
            case IndexValue.Moment or IndexValue.Span:
                if (FhirDate.Of(tuple.Parts[^1], zone) is { } date) entries.Dates.Add((term, date.Low, date.High));
                break;
        }
    }

    // Years, months and days that a value lies in for certain are terms; a value over several days is in the rows of a term of its own (w).
    void AddDate(Entries entries, TermKey present, IndexValue value)
    {
        if (FhirDate.Of(value, zone) is not { } date) return;
        if (value is IndexValue.Moment moment && date.Precision is (DatePrecision.Year or DatePrecision.Month))
        {
            entries.Dates.Add((present, date.Low, date.High));
            entries.Terms.Add(present with { Kind = 'v', Code = moment.Text });
        }
        else if (date.FirstDay != date.LastDay)
        {
            var wide = present with { Kind = 'w' };
            entries.Terms.Add(wide);
            entries.Dates.Add((wide, date.Low, date.High));
        }
        else
        {
            entries.Dates.Add((present, date.Low, date.High));
            var day = date.FirstDay.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            entries.Terms.Add(present with { Kind = 'd', Code = day });
            entries.Terms.Add(present with { Kind = 'm', Code = day[..7] });
            entries.Terms.Add(present with { Kind = 'y', Code = day[..4] });
        }
    }

    static string? Patient(Resource resource)
    {
        var reference = (resource as ImagingStudy)?.Subject?.Reference;
        return reference is not null && reference.StartsWith("Patient/", StringComparison.Ordinal) ? reference["Patient/".Length..] : null;
    }

    sealed class Entries
    {
        // A study has a hundred.
        public HashSet<TermKey> Terms { get; } = new(160);

        public HashSet<(TermKey, string)> References { get; } = [];

        public HashSet<(TermKey, long)> Identifiers { get; } = [];

        public HashSet<(TermKey, DateTime, DateTime)> Dates { get; } = [];

        public HashSet<(TermKey, decimal, decimal)> Numbers { get; } = [];

        public HashSet<(TermKey, string, long)> Strings { get; } = [];
    }
}
