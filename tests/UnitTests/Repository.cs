namespace Dicom2Fhir.UnitTests;

/// <summary>Files of the checkout the tests were built from.</summary>
static class Repository
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>The folder of real and hostile files beside the checkout; null where it is not there.</summary>
    public static string? Shared { get; } =
        Environment.GetEnvironmentVariable("DICOM2FHIR_SHARED") is { Length: > 0 } named ? named : Beside(Root);

    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    static string? Beside(string root) =>
        Path.Combine(Path.GetDirectoryName(root)!, "shared") is var folder && Directory.Exists(folder) ? folder : null;

    static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "Dicom2Fhir.sln")) ? folder.TrimEnd('/') : FindRoot(Path.GetDirectoryName(folder.TrimEnd('/'))!);
}
