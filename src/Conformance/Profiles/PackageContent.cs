using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Dicom2Fhir.Conformance.Profiles;

/// <summary>What reading a package may cost. The whole of R4 core unpacked is some 200 MB in 5,000 files.</summary>
public sealed record PackageLimits(int Entries = 20_000, int EntryBytes = 32 << 20, long TotalBytes = 512L << 20)
{
    public static PackageLimits Default { get; } = new();
}

/// <summary>A definition of a package as published.</summary>
/// <param name="Name">Of the file, without folder.</param>
public sealed record PackageFile(string Name, ReadOnlyMemory<byte> Json);

/// <summary>
/// The definitions of a FHIR package: a .tgz as published, or a folder of JSON files. Nothing is unpacked to disk and nothing is fetched. What cannot
/// be used is a problem and the rest is there; a broken archive or a spent limit is an <see cref="InvalidDataException"/>.
/// </summary>
/// <param name="Sha256">Of the archive, or of the folder's files with their names, in lower-case hex.</param>
public sealed record PackageContent(string Name, string Version, string Sha256, IReadOnlyList<PackageFile> Files, IReadOnlyList<string> Problems)
{
    /// <exception cref="InvalidDataException">The archive is broken, or larger than the limits allow.</exception>
    /// <exception cref="IOException">The file or folder cannot be read.</exception>
    public static PackageContent Open(string path, PackageLimits? limits = null)
    {
        var content = new Collector(limits ?? PackageLimits.Default);
        return Directory.Exists(path) ? OfFolder(path, content) : OfArchive(path, content);
    }

    static PackageContent OfFolder(string folder, Collector content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var inner = Path.Combine(folder, "package");
        foreach (var file in new DirectoryInfo(Directory.Exists(inner) ? inner : folder).EnumerateFiles("*.json").OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            if (file.LinkTarget is not null)
            {
                content.Problems.Add($"{file.Name} is a link and is left out.");
                continue;
            }

            if (!content.Admit(file.Name, file.Length)) continue;
            var bytes = File.ReadAllBytes(file.FullName);
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Name}\n{bytes.Length}\n"));
            hash.AppendData(bytes);
            content.Add(file.Name, bytes);
        }

        return content.Finish(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    static PackageContent OfArchive(string path, Collector content)
    {
        using var file = File.OpenRead(path);
        var hash = Convert.ToHexStringLower(SHA256.HashData(file));
        file.Position = 0;
        try
        {
            using var unzipped = new GZipStream(file, CompressionMode.Decompress);
            using var tar = new TarReader(unzipped);
            while (tar.GetNextEntry() is { } entry) Take(entry, content);
        }
        catch (Exception exception) when (exception is EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException("The file is no gzip-compressed tar archive, or it is cut off.", exception);
        }

        return content.Finish(Path.GetFileNameWithoutExtension(path), hash);
    }

    static void Take(TarEntry entry, Collector content)
    {
        if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes) return;
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.Name.Split('/', '\\').Contains("..") || Path.IsPathRooted(entry.Name))
        {
            content.Problems.Add($"The entry {entry.Name} is a link or leads out of the package and is left out.");
            return;
        }

        if (!content.Admit(entry.Name, entry.Length) || entry.DataStream is null || !IsDefinition(entry.Name)) return;
        var bytes = new byte[entry.Length];
        entry.DataStream.ReadExactly(bytes);
        content.Add(Path.GetFileName(entry.Name), bytes);
    }

    // Packages hold their definitions directly in "package"; "package/example" and others are not part of the rules.
    static bool IsDefinition(string name) => name.EndsWith(".json", StringComparison.Ordinal) && name.Count('/') <= 1;

    sealed class Collector(PackageLimits limits)
    {
        readonly Dictionary<string, PackageFile> files = new(StringComparer.Ordinal);
        (string Name, string Version)? manifest;
        int entries;
        long total;

        public List<string> Problems { get; } = [];

        public bool Admit(string name, long length)
        {
            if (++entries > limits.Entries) throw new InvalidDataException($"The package has more than {limits.Entries} entries.");
            total += length;
            if (total > limits.TotalBytes) throw new InvalidDataException($"The package is larger than {limits.TotalBytes} bytes.");
            if (length <= limits.EntryBytes) return true;
            Problems.Add($"{name} is larger than {limits.EntryBytes} bytes and is left out.");
            return false;
        }

        // .index.json is the list of contents that package servers add.
        public void Add(string name, byte[] json)
        {
            if (name == "package.json") ReadManifest(json);
            else if (name != ".index.json") files[name] = new(name, json);
        }

        public PackageContent Finish(string fallback, string hash) =>
            new(manifest?.Name ?? fallback, manifest?.Version ?? "", hash, [.. files.Values.OrderBy(file => file.Name, StringComparer.Ordinal)], Problems);

        void ReadManifest(byte[] json)
        {
            try
            {
                using var document = JsonDocument.Parse(json);
                manifest = (document.RootElement.GetProperty("name").GetString() ?? "", document.RootElement.GetProperty("version").GetString() ?? "");
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                Problems.Add("package.json names no package and version.");
            }
        }
    }
}
