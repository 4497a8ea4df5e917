using System.Security.Cryptography;
using System.Text.Json;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Definition = Hl7.Fhir.Model.SearchParameter;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Read and search of our own SearchParameter resources. Those of HL7 and MII are theirs to publish (docs/search.md).</summary>
static class DefinitionInteraction
{
    public const string Type = "SearchParameter";

    static readonly JsonSerializerOptions Writing = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector);

    static readonly Dictionary<string, Definition> ById = OwnDefinitions.All.ToDictionary(definition => definition.Id!);

    /// <summary>What they are found by: the values of a parameter in a resource.</summary>
    public static IReadOnlyDictionary<string, Func<Definition, IEnumerable<string?>>> Parameters { get; } = new Dictionary<string, Func<Definition, IEnumerable<string?>>>
    {
        ["_id"] = definition => [definition.Id],
        ["url"] = definition => [definition.Url],
        ["code"] = definition => [definition.Code],
        ["name"] = definition => [definition.Name],
        ["base"] = definition => definition.Base.Select(type => type?.ToString()),
        ["type"] = definition => [definition.Type.ToString()!.ToLowerInvariant()],
        ["status"] = definition => ["active"],
    };

    public static FhirAnswer Read(FhirCall call, string id)
    {
        var results = ReadInteraction.Check(call, id);
        if (!ById.TryGetValue(id, out var definition)) throw new FhirErrorException(FhirErrors.NotFound(Type, id));
        var document = JsonSerializer.SerializeToUtf8Bytes<Resource>(definition, Writing);
        var etag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(document))[..16]}\"";
        if (call.Conditions.NotModified(etag, null)) return new FhirAnswer(304, default) { ETag = etag };
        return new FhirAnswer(200, ElementFilter.Of(Type, results, instances: true)?.Apply(document) ?? document) { ETag = etag };
    }

    /// <summary>There are few of them: every answer is one page.</summary>
    public static FhirAnswer Search(FhirCall call)
    {
        var (results, criteria) = ResultParameters.Split(call.Query);
        if (criteria.Find(pair => !Parameters.ContainsKey(pair.Key)) is { Key: { } unknown })
        {
            throw new FhirErrorException(new FhirError(400, "not-supported", $"{Type} has no search parameter '{unknown}'; there are {string.Join(", ", Parameters.Keys)}.", "http." + unknown));
        }

        var found = OwnDefinitions.All.Where(definition => criteria.All(pair => pair.Value.Length == 0 || Matches(definition, pair))).ToList();
        var query = RawQuery.Print([.. criteria, .. results.Written]);
        var bundle = new Bundle
        {
            Type = Bundle.BundleType.Searchset,
            Total = found.Count,
            Link = [new Bundle.LinkComponent { Relation = "self", Url = $"{RequestBase.Text(call.Base)}/{Type}{(query.Length > 0 ? "?" : "")}{query}" }],
            Entry = results.CountOnly ? [] : [.. found.Select(definition => new Bundle.EntryComponent
            {
                FullUrl = $"{RequestBase.Text(call.Base)}/{Type}/{definition.Id}",
                Resource = definition,
                Search = new Bundle.SearchComponent { Mode = Bundle.SearchEntryMode.Match },
            })],
        };
        return new FhirAnswer(200, JsonSerializer.SerializeToUtf8Bytes<Resource>(bundle, Writing));
    }

    // Strings begin with the value, without case; everything else is equal to it.
    static bool Matches(Definition definition, KeyValuePair<string, string> criterion) =>
        criterion.Value.Split(',').Any(wanted => Parameters[criterion.Key](definition).Any(value =>
            criterion.Key == "name" ? value?.StartsWith(wanted, StringComparison.OrdinalIgnoreCase) == true : value == wanted));
}
