namespace Dicom2Fhir.Indexer.Sources;

/// <summary>
/// Walks files and folders in the ordinal order of their full names, so that "later" (design decision 14) is decided by name. Links inside folders
/// are not followed; a link that is named itself is.
/// </summary>
sealed class FolderSource(IEnumerable<string> paths)
{
    readonly IReadOnlyList<string> roots = [.. paths.Select(Path.GetFullPath).Select(path => path.Length > 1 ? path.TrimEnd('/') : path).Distinct().Order(StringComparer.Ordinal)];
    readonly List<string> problems = [];

    /// <summary>Paths that are missing or could not be read, one sentence each.</summary>
    public IReadOnlyList<string> Problems => problems;

    public IEnumerable<Input> Inputs()
    {
        string? last = null;
        foreach (var root in roots)
        {
            foreach (var input in Walk(root, named: true))
            {
                // overlapping roots: an input is offered once; order makes the repeated ones come after
                if (last is not null && string.CompareOrdinal(input.Name, last) <= 0) continue;
                last = input.Name;
                yield return input;
            }
        }
    }

    IEnumerable<Input> Walk(string path, bool named)
    {
        switch (FileKinds.Of(path, followLink: named))
        {
            case FileKind.Missing:
                if (named) problems.Add($"{path} does not exist.");
                return [];
            case FileKind.Folder:
                return Entries(path).SelectMany(entry => Walk(entry, named: false));
            case FileKind.Regular:
                var file = new FileInfo(path);
                return file.Exists ? [new Input(path, FileKind.Regular, file.Length, file.LastWriteTimeUtc)] : [];
            case var other:
                return [new Input(path, other, 0, null)];
        }
    }

    // Ordinal order of full names: a folder's name counts with its slash.
    List<string> Entries(string folder)
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos()
                .Select(entry => (entry.FullName, Key: entry is DirectoryInfo && entry.LinkTarget is null ? entry.FullName + "/" : entry.FullName))
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => entry.FullName)];
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            problems.Add($"{folder} cannot be read: {exception.Message}");
            return [];
        }
    }
}
