namespace Dicom2Fhir.PostgresTests;

/// <summary>A data folder with its own cluster, which lies elsewhere when the server's account cannot enter the folder (as root: one of mode 700).</summary>
static class DataFolder
{
    /// <summary>Where the cluster lies.</summary>
    public static string HomeOf(string folder) =>
        File.Exists(Path.Combine(folder, "postgres.path")) ? File.ReadAllText(Path.Combine(folder, "postgres.path")).Trim() : Path.Combine(folder, "postgres");

    /// <summary>Removes both; the cluster is stopped.</summary>
    public static void Delete(string folder)
    {
        var home = HomeOf(folder);
        if (Directory.Exists(home)) Directory.Delete(home, recursive: true);
        Directory.Delete(folder, recursive: true);
    }
}
