namespace Dicom2Fhir.Indexer.Sources;

/// <summary>
/// Walks files and folders in the ordinal order of their full names, whatever the order of the roots, so that "later" (design decision 14) is decided
/// by name alone. Links inside folders are not followed; a link that is named itself is. Overlapping roots offer an input once.
/// </summary>
sealed class FolderSource
{
    static readonly Comparer<Input> ByName = Comparer<Input>.Create((left, right) =>
        string.CompareOrdinal(left.Order, right.Order) is not 0 and var order ? order : left.Kind.CompareTo(right.Kind));

    readonly List<string> roots = [];
    readonly List<string> problems = [];

    public FolderSource(IEnumerable<string> paths)
    {
        foreach (var path in paths.Distinct())
        {
            if (path.Length == 0) problems.Add("An empty PATH names nothing.");
            else roots.Add(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        }
    }

    /// <summary>Paths that are missing or could not be read, one sentence each; complete when all inputs were taken.</summary>
    public IReadOnlyList<string> Problems => problems;

    /// <summary>Full names of the paths, without a slash at the end.</summary>
    public IReadOnlyList<string> Roots => roots;

    /// <summary>Each root is walked in order of names; merging the walks keeps that order over all of them.</summary>
    public IEnumerable<Input> Inputs()
    {
        var walks = new PriorityQueue<IEnumerator<Input>, Input>(ByName);
        foreach (var root in roots.Distinct()) Advance(Walk(root, named: true).GetEnumerator());

        string? last = null;
        while (walks.TryDequeue(out var walk, out var input))
        {
            if (input.Name != last) yield return input;
            last = input.Name;
            Advance(walk);
        }

        void Advance(IEnumerator<Input> walk)
        {
            if (walk.MoveNext()) walks.Enqueue(walk, walk.Current);
            else walk.Dispose();
        }
    }

    IEnumerable<Input> Walk(string path, bool named)
    {
        switch (FileKinds.Of(path, followLink: named))
        {
            case FileKind.Missing when named:
                problems.Add($"{path} does not exist.");
                return [];
            case FileKind.Folder:
                return Entries(path).SelectMany(entry => Walk(entry, named: false));
            case FileKind.Regular:
                if (named && !MayRead(path)) problems.Add($"{path} cannot be read: no permission.");
                var file = new FileInfo(path);
                return [file.Exists ? new Input(path, FileKind.Regular, file.Length, file.LastWriteTimeUtc) : new Input(path, FileKind.Missing, 0, null)];
            case var other:
                return [new Input(path, other, 0, null)];
        }
    }

    // Ordinal order of full names: a folder's name counts with its slash, an archive's with its '!'.
    List<string> Entries(string folder)
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos()
                .Select(entry => (entry.FullName, Key: entry.FullName + Separator(entry)))
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => entry.FullName)];
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            problems.Add($"{folder} cannot be read: {(exception is UnauthorizedAccessException ? "no permission" : exception.Message.TrimEnd('.'))}.");
            return [];
        }
    }

    static string Separator(FileSystemInfo entry)
    {
        var separator = entry is DirectoryInfo ? "/" : ArchiveKinds.Separator(ArchiveKinds.Of(entry.Name));
        return separator.Length > 0 && entry.LinkTarget is null ? separator : "";
    }

    static bool MayRead(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;        // the reader says what is wrong with it
        }
    }
}
