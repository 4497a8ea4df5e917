using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search;

/// <summary>Makes the index entries of a resource by the rows of <see cref="SearchParameters"/>.</summary>
/// <param name="zone">Zone whose days, months and years the calendar terms are.</param>
public sealed class IndexExtractor(TimeZoneInfo zone)
{
    /// <summary>Joins the parts of a composite's code; it cannot stand in a FHIR string.</summary>
    internal const char PartSeparator = '\u001f';

    /// <param name="lastUpdated">Of the version being written, UTC.</param>
    public IndexEntries Extract(ServedType type, Resource resource, DateTime lastUpdated)
    {
        resource.Meta ??= new Meta();
        resource.Meta.LastUpdated = lastUpdated;
        var entries = new Entries();
        foreach (var parameter in SearchParameters.Of(type))
        {
            if (parameter.Storage == SearchStorage.Resource) continue;
            var present = new TermKey(type.Number, parameter.Name, 'p', "", "");
            foreach (var value in parameter.Values(resource))
            {
                entries.Terms.Add(present);
                Add(entries, parameter, present, value);
            }
        }

        return new IndexEntries
        {
            Terms = [.. entries.Terms],
            References = [.. entries.References],
            Identifiers = [.. entries.Identifiers],
            Dates = [.. entries.Dates],
            Patient = Patient(resource),
            Started = (resource as ImagingStudy)?.Started is { } started ? FhirDate.Parse(started, zone)?.Low : null,
        };
    }

    /// <summary>Hash an identifier is found by; system null: whatever the system.</summary>
    internal static long IdentifierHash(string? system, string value) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(system is null ? "v" + value : $"s{system.Length}|{system}{value}")));

    /// <summary>Hash by which every identifier of a system is found (system| without a value).</summary>
    internal static long SystemHash(string system) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes("a" + system)));

    internal static string TupleCode(IEnumerable<IndexValue.Token> parts) =>
        string.Join(PartSeparator, parts.Select(part => part.System + PartSeparator + part.Code));

    void Add(Entries entries, SearchParameter parameter, TermKey present, IndexValue value)
    {
        switch (value)
        {
            case IndexValue.Token token when parameter.Storage == SearchStorage.Rows:
                entries.Identifiers.Add((present, IdentifierHash(null, token.Code)));
                entries.Identifiers.Add((present, IdentifierHash(token.System, token.Code)));
                entries.Identifiers.Add((present, SystemHash(token.System)));
                break;
            case IndexValue.Token token:
                entries.Terms.Add(present with { Kind = 't', System = token.System, Code = token.Code });
                break;
            case IndexValue.Uri uri:
                entries.Terms.Add(present with { Kind = 'u', Code = uri.Value });
                break;
            case IndexValue.Tuple tuple:
                entries.Terms.Add(present with { Kind = 'c', Code = TupleCode(tuple.Parts) });
                break;
            case IndexValue.Reference reference:
                entries.References.Add((present, reference.Target));
                break;
            case IndexValue.Moment date when FhirDate.Parse(date.Text, zone) is { } known:
                entries.Dates.Add((present, known.Low, known.High));
                AddCalendar(entries, present, known, date.Text);
                break;
        }
    }

    static void AddCalendar(Entries entries, TermKey present, FhirDate date, string text)
    {
        if (date.Precision is DatePrecision.Year or DatePrecision.Month)
        {
            entries.Terms.Add(present with { Kind = 'v', Code = text });
            return;
        }

        var day = date.FirstDay.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        entries.Terms.Add(present with { Kind = 'd', Code = day });
        entries.Terms.Add(present with { Kind = 'm', Code = day[..7] });
        entries.Terms.Add(present with { Kind = 'y', Code = day[..4] });
    }

    static string? Patient(Resource resource)
    {
        var reference = (resource as ImagingStudy)?.Subject?.Reference;
        return reference is not null && reference.StartsWith("Patient/", StringComparison.Ordinal) ? reference["Patient/".Length..] : null;
    }

    sealed class Entries
    {
        public HashSet<TermKey> Terms { get; } = [];

        public HashSet<(TermKey, string)> References { get; } = [];

        public HashSet<(TermKey, long)> Identifiers { get; } = [];

        public HashSet<(TermKey, DateTime, DateTime)> Dates { get; } = [];
    }
}
