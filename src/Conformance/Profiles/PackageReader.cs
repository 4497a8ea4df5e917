using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Dicom2Fhir.Conformance.Terminology;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.Conformance.Profiles;

/// <summary>What reading a package may cost.</summary>
public sealed record PackageLimits(int Entries = 20_000, long EntryBytes = 32 << 20, long TotalBytes = 1L << 30)
{
    public static PackageLimits Default { get; } = new();
}

/// <summary>
/// Reads a FHIR package (.tgz as published, or a folder of JSON files) into statements. Nothing is unpacked to disk and nothing is fetched.
/// A file that cannot be used is a problem in the result and the rest is loaded; a broken archive or a spent limit is an <see cref="InvalidDataException"/>.
/// </summary>
public static class PackageReader
{
    static readonly BaseFhirJsonDeserializer Lenient = new(ModelInfo.ModelInspector, new DeserializerSettings().UsingMode(DeserializationMode.Ostrich));

    public static ProfilePackage Read(string path, PackageLimits? limits = null)
    {
        limits ??= PackageLimits.Default;
        return Directory.Exists(path) ? ReadFolder(path, limits) : ReadArchive(path, limits);
    }

    /// <summary>The ValueSets of a folder, for terminology on top of the engine's.</summary>
    public static IReadOnlyList<CodeTable> ReadValueSets(string folder) => ReadFolder(folder, PackageLimits.Default).ValueSets;

    static ProfilePackage ReadFolder(string folder, PackageLimits limits)
    {
        var content = new PackageContent(limits);
        var inner = Path.Combine(folder, "package");
        foreach (var file in new DirectoryInfo(Directory.Exists(inner) ? inner : folder).EnumerateFiles("*.json").OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            if (file.LinkTarget is not null) content.Problems.Add($"{file.Name} is a link and is left out.");
            else if (content.Admit(file.Name, file.Length)) content.Add(file.Name, File.ReadAllBytes(file.FullName));
        }
        return content.Package(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), "");
    }

    static ProfilePackage ReadArchive(string path, PackageLimits limits)
    {
        var content = new PackageContent(limits);
        using var file = File.OpenRead(path);
        var hash = Convert.ToHexStringLower(SHA256.HashData(file));
        file.Position = 0;
        using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(unzipped);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is TarEntryType.Directory) continue;
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.Name.Contains("..", StringComparison.Ordinal) || Path.IsPathRooted(entry.Name))
            {
                content.Problems.Add($"The entry {entry.Name} is a link or leads out of the package and is left out.");
                continue;
            }
            if (!content.Admit(entry.Name, entry.Length) || entry.DataStream is null || !IsDefinition(entry.Name)) continue;
            using var bytes = new MemoryStream();
            entry.DataStream.CopyTo(bytes);
            content.Add(entry.Name, bytes.ToArray());
        }
        return content.Package(Path.GetFileNameWithoutExtension(path), hash);
    }

    // Packages hold their definitions directly in "package"; "package/example" and others are not part of the rules.
    static bool IsDefinition(string name) => name.EndsWith(".json", StringComparison.Ordinal) && name.Count('/') <= 1;

    sealed class PackageContent(PackageLimits limits)
    {
        readonly List<StructureDefinition> profiles = [];
        readonly List<ValueSet> valueSets = [];
        readonly List<CodeSystem> codeSystems = [];
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

        public void Add(string name, byte[] json)
        {
            if (Path.GetFileName(name) == "package.json") ReadManifest(json);
            else if (Parse(name, json) is { } resource) Keep(resource);
        }

        public ProfilePackage Package(string fallback, string hash)
        {
            var (name, version) = manifest ?? (fallback, profiles.FirstOrDefault()?.Version ?? "");
            var statements = new List<ProfileStatement>();
            foreach (var profile in profiles)
            {
                if (string.IsNullOrEmpty(profile.Url) || string.IsNullOrEmpty(profile.Type)) Problems.Add($"StructureDefinition {profile.Id} has no url or no type and is left out.");
                else if (profile.Derivation == StructureDefinition.TypeDerivationRule.Constraint) statements.Add(StructureStatement.Of(profile, version));
            }
            return new(name, version, hash, statements, ValueSetTables.Of(valueSets, codeSystems), Problems);
        }

        void Keep(Resource resource)
        {
            switch (resource)
            {
                case StructureDefinition profile: profiles.Add(profile); break;
                case ValueSet valueSet when valueSet.Url is not null: valueSets.Add(valueSet); break;
                case CodeSystem codeSystem when codeSystem.Url is not null: codeSystems.Add(codeSystem); break;
            }
        }

        Resource? Parse(string name, byte[] json)
        {
            try
            {
                var reader = new Utf8JsonReader(json);
                Lenient.TryDeserializeResource(ref reader, out var resource, out _);
                if (resource is null) Problems.Add($"{name} is no FHIR resource and is left out.");
                return resource;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException or DeserializationFailedException)
            {
                Problems.Add($"{name} is no FHIR JSON and is left out.");
                return null;
            }
        }

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
