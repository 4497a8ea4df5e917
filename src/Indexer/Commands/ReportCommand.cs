using System.Globalization;
using System.Text.Json;
using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>report: how complete the headers are, by attribute of the tag table and modality, and what the archive holds.</summary>
static class ReportCommand
{
    /// <summary>Values shown of an attribute in text; --json has more.</summary>
    const int ShownValues = 5;

    /// <summary>Rows shown of a distribution in text.</summary>
    const int ShownRows = 20;

    static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly Dictionary<string, TagRow> Rows = TagMap.All.ToDictionary(row => row.PathText, StringComparer.Ordinal);

    public static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var report = new ArchiveReport(session.Store.Database);
        var attributes = await report.AttributesAsync(Figures.Paths, cancellationToken);
        var distributions = await report.DistributionsAsync(cancellationToken);
        if (session.Json) Console.Out.WriteLine(JsonSerializer.Serialize(Shape(attributes, distributions), Readable));
        else Print(Console.Out, attributes, distributions);
        return 0;
    }

    static object Shape(IReadOnlyList<AttributeReport> attributes, IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> distributions) => new
    {
        attributes = attributes.Select(row => new
        {
            tag = row.Path,
            keyword = Rows[row.Path].Keyword,
            modality = row.Modality,
            present = row.Present,
            empty = row.Empty,
            absent = row.Absent,
            mapped = row.Mapped,
            unmapped = row.Unmapped,
            values = row.Values.Select(value => new { value = value.Value, count = value.Count }),
        }),
        distributions,
    };

    static void Print(TextWriter output, IReadOnlyList<AttributeReport> attributes, IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> distributions)
    {
        output.WriteLine("Instances by attribute and modality; the values are unmapped ones, the most frequent first.");
        output.WriteLine($"{"modality",-9}{"present",9}{"empty",9}{"absent",9}{"mapped",9}{"unmapped",9}");
        foreach (var attribute in attributes.GroupBy(row => row.Path))
        {
            output.WriteLine($"{Rows[attribute.Key].Keyword} {attribute.Key}");
            foreach (var row in attribute) output.WriteLine(Line(row));
        }

        foreach (var (name, values) in distributions) Print(output, name, values);
    }

    static string Line(AttributeReport row)
    {
        var values = string.Join(", ", row.Values.Take(ShownValues).Select(value => string.Create(CultureInfo.InvariantCulture, $"\"{value.Value}\" {value.Count}")));
        return string.Create(
            CultureInfo.InvariantCulture, $"  {row.Modality,-7}{row.Present,9}{row.Empty,9}{row.Absent,9}{row.Mapped,9}{row.Unmapped,9}  {values}").TrimEnd();
    }

    static void Print(TextWriter output, string name, IReadOnlyDictionary<string, long> values)
    {
        output.WriteLine();
        output.WriteLine(name switch
        {
            "modality" => "Series by modality",
            "bodySite" => "Series by body site",
            "laterality" => "Series by laterality",
            "series" => "Studies by number of series",
            _ => "Studies by number of instances",
        });
        foreach (var (value, count) in values.Take(ShownRows)) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,9}  {value}"));
        if (values.Count > ShownRows) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{values.Skip(ShownRows).Sum(pair => pair.Value),9}  other values"));
    }
}
