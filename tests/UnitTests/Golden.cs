namespace Dicom2Fhir.UnitTests;

/// <summary>Files of the checkout that a test regenerates and compares. DICOM2FHIR_UPDATE=1 writes them instead.</summary>
static class Golden
{
    static readonly bool Update = Environment.GetEnvironmentVariable("DICOM2FHIR_UPDATE") == "1";

    /// <param name="path">Relative to the checkout.</param>
    public static void Same(string path, string actual)
    {
        var file = Path.Combine(Repository.Root, path);
        if (Update) File.WriteAllText(file, actual);
        Assert.True(File.Exists(file), $"{path} is missing; DICOM2FHIR_UPDATE=1 writes it");
        Assert.Equal(File.ReadAllText(file), actual);
    }
}
