namespace Dicom2Fhir.Indexer.Sources;

/// <summary>One member of an archive.</summary>
/// <param name="Content">Good until the next member is asked for; null for what is no regular file.</param>
sealed record Member(string Name, FileKind Kind, long Size, Stream? Content);

/// <summary>An archive, read member by member in the order they stand in. Nothing is extracted, so the paths in it are names and no more.</summary>
abstract class Archive : IDisposable
{
    /// <summary>Bytes of the longest member name taken, and of what a tar says about a member before it (PAX records).</summary>
    protected const int LongestHeader = 64 * 1024;

    /// <summary>The next member that is no folder; null at the end.</summary>
    /// <exception cref="InvalidDataException">The archive is broken.</exception>
    /// <exception cref="EndOfStreamException">The archive is cut.</exception>
    /// <exception cref="IOException">The file system does not deliver it.</exception>
    public abstract Member? Next();

    public abstract void Dispose();
}
