using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.FhirFacade.Conformance;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>A definition that is served: our own, or one of a loaded package.</summary>
/// <param name="Id">Unique in its type: a package's own, behind which the other versions of it carry theirs.</param>
sealed record Definition(string Id, string? Url, string? Version)
{
    /// <summary>Null: our own.</summary>
    public ArtefactName? Packaged { get; init; }

    public ReadOnlyMemory<byte> Own { get; init; }

    public int Bytes => Packaged?.Bytes ?? Own.Length;
}

/// <summary>
/// The definitions of a type. What is HL7's and MII's comes from the packages the site loaded, as published; ours stand under our own canonicals alone
/// (design decision 21).
/// </summary>
sealed partial class Definitions(StoreConnection store)
{
    static readonly JsonSerializerOptions Writing = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector);

    static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly Dictionary<string, Definition[]> Own = new()
    {
        ["SearchParameter"] = [.. OwnDefinitions.All.Select(one => OfOwn(one, one.Url))],
        ["OperationDefinition"] = [OfOwn(ConformanceOperation.Definition, ConformanceOperation.Definition.Url)],
    };

    readonly PackageStore packages = new(store.Read);

    [GeneratedRegex("[^A-Za-z0-9.-]+")]
    private static partial Regex NotOfIds { get; }

    /// <summary>Changes with the loaded packages.</summary>
    public async Task<long> StateAsync(CancellationToken cancellationToken) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(await packages.FingerprintAsync(cancellationToken))));

    /// <summary>All of a type, by canonical and version. Of one canonical in one version the later loaded counts.</summary>
    public async Task<IReadOnlyList<Definition>> ListAsync(string type, CancellationToken cancellationToken)
    {
        var own = Own.GetValueOrDefault(type, []);
        var names = (await packages.NamesAsync(type, cancellationToken)).Where(name => name.Url?.StartsWith(Canonicals.Own, StringComparison.Ordinal) != true)
            .DistinctBy(name => (name.Url ?? name.File, name.Version));
        var ids = own.Select(one => one.Id).ToHashSet(StringComparer.Ordinal);
        var packaged = names.Select(name => new Definition(Unused(ids, name), name.Url, name.Version) { Packaged = name }).ToList();
        return [.. own.Concat(packaged).OrderBy(one => one.Url, StringComparer.Ordinal).ThenBy(one => one.Version, StringComparer.Ordinal).ThenBy(one => one.Id, StringComparer.Ordinal)];
    }

    /// <summary>Their texts in the same order, without those that were replaced meanwhile.</summary>
    public async Task<IReadOnlyList<(Definition Definition, ReadOnlyMemory<byte> Document)>> ReadAsync(IReadOnlyList<Definition> definitions, CancellationToken cancellationToken)
    {
        var names = definitions.Select(one => one.Packaged).OfType<ArtefactName>().ToList();
        var texts = names.Count == 0 ? [] : await packages.TextsAsync(names, cancellationToken);
        var byName = names.Zip(texts).ToDictionary(pair => pair.First, pair => pair.Second);
        return [.. definitions.Select(one => (one, Document: one.Packaged is null ? one.Own : Published(one, byName[one.Packaged]))).Where(pair => pair.Document.Length > 0)];
    }

    static Definition OfOwn(Resource resource, string? url) => new(resource.Id!, url, null) { Own = JsonSerializer.SerializeToUtf8Bytes(resource, Writing) };

    // Several versions of a profile have one id; a server has one resource an id.
    static string Unused(HashSet<string> ids, ArtefactName name)
    {
        var plain = Cut(NotOfIds.Replace(name.Id ?? Path.GetFileNameWithoutExtension(name.File), "-"), 64);
        if (ids.Add(plain)) return plain;
        for (var number = 1; ; number++)
        {
            var tail = NotOfIds.Replace($"-{name.Version}{(number == 1 ? "" : "-" + number)}", "-");
            var id = Cut(plain, Math.Max(0, 64 - tail.Length)) + Cut(tail, 64);
            if (ids.Add(id)) return id;
        }
    }

    static string Cut(string text, int length) => text.Length <= length ? text : text[..length];

    static ReadOnlyMemory<byte> Published(Definition definition, string? text)
    {
        if (text is null) return default;
        if (definition.Id == definition.Packaged!.Id) return Encoding.UTF8.GetBytes(text);
        var root = JsonNode.Parse(text)!.AsObject();
        root["id"] = definition.Id;
        return Encoding.UTF8.GetBytes(root.ToJsonString(Unescaped));
    }
}
