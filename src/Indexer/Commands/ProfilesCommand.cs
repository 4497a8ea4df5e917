using System.Globalization;
using System.Text;
using System.Text.Json;
using Dicom2Fhir.Conformance.Profiles;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>profiles add FILE.tgz|FOLDER: loads FHIR packages. profiles list: what is loaded.</summary>
static class ProfilesCommand
{
    // Definitions that the rules are made of and that are handed out; examples, narratives and pages stay outside.
    static readonly string[] Kept = ["StructureDefinition", "ValueSet", "CodeSystem", "SearchParameter"];

    public static async Task<int> AddAsync(Session session, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var failed = false;
        foreach (var path in paths) failed |= !await AddAsync(session, path, cancellationToken);
        var judged = await session.RevalidateAsync(await session.GateAsync(cancellationToken), cancellationToken);
        if (judged > 0) await Console.Error.WriteLineAsync($"{judged} stored resources were judged anew.");
        return failed ? 1 : 0;
    }

    static async Task<bool> AddAsync(Session session, string path, CancellationToken cancellationToken)
    {
        PackageContent content;
        try
        {
            content = PackageContent.Open(path);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{path} cannot be loaded: {exception.Message}");
            return false;
        }

        var package = PackageReader.Read(content);
        var artefacts = Artefacts(content);
        if (artefacts.Count == 0)
        {
            await Console.Error.WriteLineAsync($"{path} holds no definition that can be used: no {string.Join(", ", Kept[..^1])} or {Kept[^1]}.");
            foreach (var problem in package.Problems) await Console.Error.WriteLineAsync($"  {problem}");
            return false;
        }

        var before = await session.EngineAsync(cancellationToken);
        string[] problems = [.. package.Problems.Concat(before.With(package).Problems.Except(before.Problems)).Distinct(StringComparer.Ordinal)];
        await new PackageStore(session.Store.Database).AddAsync(package.Name, package.Version, package.Sha256, problems, artefacts, cancellationToken);
        Say(session.Json, package, problems);
        foreach (var problem in problems) await Console.Error.WriteLineAsync($"  {problem}");
        return true;
    }

    static void Say(bool json, ProfilePackage package, string[] problems)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                name = package.Name, version = package.Version, hash = package.Sha256, profiles = package.Profiles.Count, valueSets = package.ValueSets.Count, problems,
            }));
            return;
        }

        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{package.Name} {package.Version}: {package.Profiles.Count} profiles, {package.ValueSets.Count} value sets, {problems.Length} problems"));
    }

    public static async Task<int> ListAsync(Session session, CancellationToken cancellationToken)
    {
        var loaded = await new PackageStore(session.Store.Database).ListAsync(cancellationToken);
        var engine = await session.EngineAsync(cancellationToken);
        foreach (var package in engine.Packages)
        {
            var row = loaded.FirstOrDefault(one => package.Sha256.Length > 0 && one.Name == package.Name && one.Hash == package.Sha256);
            Console.Out.WriteLine(session.Json ? JsonSerializer.Serialize(Shape(package, row)) : Line(package, row));
        }

        return 0;
    }

    static object Shape(ProfilePackage package, LoadedPackage? row) => new
    {
        name = package.Name,
        version = package.Version,
        hash = row?.Hash,
        added = row?.Added,
        shipped = row is null,
        profiles = package.Profiles.Select(profile => $"{profile.Url}|{profile.Version}"),
        valueSets = package.ValueSets.Count,
        problems = row?.Problems ?? [],
    };

    static string Line(ProfilePackage package, LoadedPackage? row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{package.Name} {package.Version}  {package.Profiles.Count} profiles  {(row is null ? "shipped" : $"loaded {row.Added:yyyy-MM-dd HH:mm}Z  sha256 {row.Hash}  {row.Problems.Count} problems")}");

    static List<Artefact> Artefacts(PackageContent content)
    {
        var artefacts = new List<Artefact>();
        foreach (var file in content.Files)
        {
            if (Head(file.Json) is not { } root || Text(root, "resourceType") is not { } type || !Kept.Contains(type, StringComparer.Ordinal)) continue;
            artefacts.Add(new Artefact(file.Name, type, Text(root, "id"), Text(root, "url"), Text(root, "version"), Encoding.UTF8.GetString(file.Json.Span)));
        }

        return artefacts;
    }

    static JsonElement? Head(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;        // a problem of the package already
        }
    }

    static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
