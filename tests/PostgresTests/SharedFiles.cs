namespace Dicom2Fhir.PostgresTests;

/// <summary>Real and hostile files beside the checkout: the test is skipped where they are not there, and fails where CI is true.</summary>
static class SharedFiles
{
    public static string Folder(string name)
    {
        var shared = Environment.GetEnvironmentVariable("DICOM2FHIR_SHARED") is { Length: > 0 } named ? named : Beside(AppContext.BaseDirectory);
        Assert.SkipWhen(shared is null && Environment.GetEnvironmentVariable("CI") != "true", "the corpus is not there");
        return Path.Combine(shared!, name);
    }

    /// <summary>Rows of the corpus by column name. No field that is asked for is quoted.</summary>
    public static IEnumerable<Dictionary<string, string>> Manifest()
    {
        var lines = File.ReadAllLines(Path.Combine(Folder("dicom"), "MANIFEST.csv"));
        var columns = lines[0].Split(',');
        return lines.Skip(1).Select(line => columns.Zip(Fields(line)).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    static IEnumerable<string> Fields(string line)
    {
        for (var at = 0; at <= line.Length;)
        {
            var isQuoted = at < line.Length && line[at] == '"';
            var end = isQuoted ? line.IndexOf("\",", at, StringComparison.Ordinal) is >= 0 and var quote ? quote : line.Length - 1
                : line.IndexOf(',', at) is >= 0 and var comma ? comma : line.Length;
            yield return isQuoted ? line[(at + 1)..end] : line[at..end];
            at = end + (isQuoted ? 2 : 1);
        }
    }

    static string? Beside(string folder) => Path.GetDirectoryName(folder) is not { } parent ? null
        : File.Exists(Path.Combine(parent, "Dicom2Fhir.sln")) ? (Path.Combine(Path.GetDirectoryName(parent)!, "shared") is var shared && Directory.Exists(shared) ? shared : null)
        : Beside(parent);
}
