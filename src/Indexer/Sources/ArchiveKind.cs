namespace Dicom2Fhir.Indexer.Sources;

/// <summary>What a file holds by its name.</summary>
enum ArchiveKind
{
    None,
    Zip,
    Tar,
    TarGzip,

    /// <summary>One compressed file, read when it is DICOM JSON.</summary>
    Gzip,
}

static class ArchiveKinds
{
    static readonly (string Ending, ArchiveKind Kind)[] Endings =
        [(".zip", ArchiveKind.Zip), (".tar", ArchiveKind.Tar), (".tar.gz", ArchiveKind.TarGzip), (".tgz", ArchiveKind.TarGzip), (".gz", ArchiveKind.Gzip)];

    public static ArchiveKind Of(string name) => Array.Find(Endings, row => name.EndsWith(row.Ending, StringComparison.OrdinalIgnoreCase)).Kind;

    /// <summary>What stands between the name of a file and what is in it.</summary>
    public static string Separator(ArchiveKind kind) => kind switch
    {
        ArchiveKind.None => "",
        ArchiveKind.Gzip => "#",
        _ => "!",
    };
}
