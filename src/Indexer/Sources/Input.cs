namespace Dicom2Fhir.Indexer.Sources;

/// <summary>Something offered to the program: accounted for under its name with exactly one outcome.</summary>
/// <param name="Name">PATH, PATH!member, PATH:line or PATH#n; absolute.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">UTC; null for what has no time of its own.</param>
/// <param name="Container">The file it is a member or element of; null for a file.</param>
sealed record Input(string Name, FileKind Kind, long Size, DateTime? Modified, Input? Container = null)
{
    /// <summary>Where it stands in the order of names: an archive where its members do.</summary>
    public string Order { get; } = Kind == FileKind.Regular ? Name + ArchiveKinds.Separator(ArchiveKinds.Of(Name)) : Name;
}
