using System.Globalization;
using System.Text.Json;
using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.UnitTests.Dicom;

/// <summary>Every file of the corpus gives what its manifest row expects.</summary>
public sealed class CorpusTests
{
    static readonly string[] Uids = ["0008,0018", "0020,000D", "0020,000E"];

    static readonly string[] Paths = ["0008,0018", "0008,0016", "0008,0060", "0018,0015", "0020,000D", "0020,000E"];

    [Fact]
    public void Every_file_is_read_as_the_manifest_says()
    {
        var deviations = Rows().SelectMany(row => Deviations(row, ReadSet.Of(Paths.Select(TagPath.Parse))).Concat(Deviations(row, ReadSet.All))).ToList();

        Assert.True(deviations.Count == 0, string.Join("\n", deviations));
    }

    internal static IEnumerable<Dictionary<string, string>> Rows()
    {
        Assert.SkipWhen(Repository.Shared is null && Environment.GetEnvironmentVariable("CI") != "true", "the corpus is not there");
        var lines = File.ReadAllLines(Path.Combine(Repository.Shared!, "dicom", "MANIFEST.csv")).Select(Fields).ToList();
        return lines.Skip(1).Select(fields => lines[0].Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    internal static string PathOf(Dictionary<string, string> row) => Path.Combine(Repository.Shared!, "dicom", row["file"]);

    static IEnumerable<string> Deviations(Dictionary<string, string> row, ReadSet readSet)
    {
        var expect = row["expect"];
        DicomFile file;
        try
        {
            using var stream = File.OpenRead(PathOf(row));
            file = Part10Reader.Read(stream, readSet, Limits.Default, TestContext.Current.CancellationToken);
        }
        catch (DicomFormatException exception)
        {
            return expect.StartsWith("reject", StringComparison.Ordinal) || expect == "partial" || expect.Contains("-or-reject", StringComparison.Ordinal)
                || (expect.Length == 0 && row["study_uid"].Length == 0 && row["dcm2json"] != "ok")
                ? [] : [$"{row["file"]}: {expect}, but {exception.Fault} {exception.Message} at {exception.Offset} {exception.TagPath}"];
        }

        return Compare(row, file, expect);
    }

    static IEnumerable<string> Compare(Dictionary<string, string> row, DicomFile file, string expect)
    {
        if (expect == "accept" && file.Problems.Count > 0) yield return $"{row["file"]}: {string.Join(", ", file.Problems)}";
        var usable = Uids.All(tag => file.DataSet.Value(Tag.Parse(tag)) is not null);
        if (expect is "reject" && usable) yield return $"{row["file"]}: read although it is to be rejected";
        if (expect.StartsWith("accept", StringComparison.Ordinal) && !expect.Contains("reject", StringComparison.Ordinal) && !usable) yield return $"{row["file"]}: not usable";
        foreach (var (column, tag) in new[] { ("study_uid", "0020,000D"), ("series_uid", "0020,000E"), ("sop_uid", "0008,0018"), ("modality", "0008,0060"), ("body_part", "0018,0015") })
        {
            // pydicom, which the manifest is from, keeps the last of two elements; here the first counts.
            var expected = row["file"] == "malformed/m28-duplicate-tags.dcm" && column == "modality" ? "CT" : row[column].Trim();
            var found = string.Join("\\", file.DataSet.Values(Tag.Parse(tag)));
            if (expected.StartsWith('[')) expected = string.Join("\\", JsonSerializer.Deserialize<string[]>(expected.Replace('\'', '"'))!);
            if (expected.Length > 0 && expected != found) yield return string.Create(CultureInfo.InvariantCulture, $"{row["file"]}: {column} '{found}' instead of '{expected}'");
        }
    }

    static List<string> Fields(string line)
    {
        List<string> fields = [];
        for (var at = 0; at <= line.Length;)
        {
            var isQuoted = at < line.Length && line[at] == '"';
            var end = at;
            if (isQuoted)
            {
                end = at + 1;
                while (line[end] != '"' || (end + 1 < line.Length && line[end + 1] == '"')) end += line[end] == '"' ? 2 : 1;
                fields.Add(line[(at + 1)..end].Replace("\"\"", "\"", StringComparison.Ordinal));
                at = end + 2;
            }
            else
            {
                end = line.IndexOf(',', at) is var comma and >= 0 ? comma : line.Length;
                fields.Add(line[at..end]);
                at = end + 1;
            }
        }

        return fields;
    }
}
