namespace Dicom2Fhir.Store.Search;

/// <summary>Tables beside the code: lines of cells separated by tabs, # in front of a comment.</summary>
static class TableFile
{
    public static IReadOnlyList<string[]> Read(string name)
    {
        using var stream = typeof(TableFile).Assembly.GetManifestResourceStream("Dicom2Fhir.Store.Search." + name)!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t'))];
    }
}
