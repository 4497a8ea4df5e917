using System.Security.Cryptography;
using System.Text.Json;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Read and search of definitions: ours, and those of loaded packages (docs/search.md).</summary>
sealed class DefinitionInteraction(Definitions definitions, StoreConnection store, FacadeOptions options)
{
    const string PageParameter = "__page";
    const int MostPageBytes = 4 * 1024 * 1024;
    const int MostNestedBytes = 64 * 1024 * 1024;

    static readonly string[] Canonical = ["_id", "url", "version"];

    /// <summary>The types, and what they are found by. SearchParameters are small, so that their members can be looked at.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters { get; } = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        ["StructureDefinition"] = Canonical,
        ["ValueSet"] = Canonical,
        ["CodeSystem"] = Canonical,
        ["OperationDefinition"] = Canonical,
        ["SearchParameter"] = [.. Canonical, "code", "name", "base", "type", "status"],
    };

    readonly PageTokens tokens = new(store.Read, store.Write);

    public static bool Serves(string type) => Parameters.ContainsKey(type);

    public async Task<FhirAnswer> ReadAsync(FhirCall call, string type, string id, CancellationToken cancellationToken)
    {
        var results = ReadInteraction.Check(call, id);
        var known = (await definitions.ListAsync(type, cancellationToken)).Where(one => one.Id == id).ToList();
        if (await definitions.ReadAsync(known, cancellationToken) is not [var (_, document)]) throw new FhirErrorException(FhirErrors.NotFound(type, id));
        var etag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(document.Span))[..16]}\"";
        if (call.Conditions.NotModified(etag, null)) return new FhirAnswer(304, default) { ETag = etag };
        return new FhirAnswer(200, ElementFilter.Of(type, results, instances: true)?.Apply(document.Span) ?? document) { ETag = etag };
    }

    public async Task<FhirAnswer> SearchAsync(FhirCall call, string type, CancellationToken cancellationToken)
    {
        var state = await definitions.StateAsync(cancellationToken);
        var (query, start) = await OpenAsync(call, type, state, cancellationToken);
        var (results, written) = ResultParameters.Split(query, call.Nested);
        var lenient = call.Lenient ?? options.Lenient;
        var criteria = written.Where(pair => Parameters[type].Contains(pair.Key)).ToList();
        var unknown = written.Except(criteria).Select(pair => Unknown(type, pair.Key)).ToList();
        if (unknown.Count > 0 && !lenient) throw new FhirErrorException(unknown);

        var found = await FindAsync(type, [.. criteria.Where(pair => pair.Value.Length > 0)], cancellationToken);
        List<KeyValuePair<string, string>> used = [.. criteria, .. results.Written];
        var token = call.Query.FirstOrDefault(pair => pair.Key == PageParameter).Value;
        var self = Link(call, type, token is null ? RawQuery.Print(used) : $"{PageParameter}={token}");
        var answer = results.CountOnly
            ? BundleWriter.WriteCount(self, found.Count, unknown)
            : await PageAsync(call, type, results, found, start, self, count => SealAsync(type, used, new PagePosition([state], 0, count, null, null), cancellationToken), unknown, cancellationToken);
        return new FhirAnswer(200, answer)
        {
            PreferenceApplied = call.Lenient is null ? null : lenient ? "handling=lenient" : "handling=strict",
            Presentation = token is null || call.Query.Any(pair => pair.Key == "_format") ? [] : results.Written,
        };
    }

    async Task<JsonBody> PageAsync(
        FhirCall call, string type, ResultParameters results, IReadOnlyList<Definition> found, int start, string self, Func<int, Task<string>> seal, IReadOnlyList<FhirError> warnings,
        CancellationToken cancellationToken)
    {
        var page = Page(found, start, results.Count, call.Nested);
        var shown = start + page.Count;
        var next = shown < found.Count ? Link(call, type, $"{PageParameter}={await seal(shown)}") : null;
        var documents = await definitions.ReadAsync(page, cancellationToken);
        return BundleWriter.Write(
            call.Base, self, next, found.Count, [.. documents.Select(one => new BundleDocument(type, one.Definition.Id, one.Document))],
            ElementFilter.Of(type, results, instances: true), warnings);
    }

    static string Link(FhirCall call, string type, string query) => $"{RequestBase.Text(call.Base)}/{type}{(query.Length > 0 ? "?" : "")}{query}";

    static FhirError Unknown(string type, string name) =>
        new(400, "not-supported", $"{type} has no search parameter '{name}'; there are {string.Join(", ", Parameters[type])}.", "http." + name);

    // The query of the request, or that of its page link, and how many were shown.
    async Task<(IReadOnlyList<KeyValuePair<string, string>> Query, int Start)> OpenAsync(FhirCall call, string type, long state, CancellationToken cancellationToken)
    {
        if (call.Query.FirstOrDefault(pair => pair.Key == PageParameter).Value is not { } token) return (call.Query, 0);
        if (call.Query.FirstOrDefault(pair => pair.Key is not (PageParameter or "_format" or "_pretty")).Key is { } other)
        {
            throw new FhirErrorException(FhirErrors.BadParameter(other, "A page link takes no further parameter."));
        }

        var opened = await tokens.OpenAsync(token, cancellationToken);
        if (opened is OpenedToken.Gone) throw new FhirErrorException(FhirErrors.PageGone);
        if (opened is not OpenedToken.Valid { State: { Position: { } position } asked } || asked.Type != type) throw new FhirErrorException(FhirErrors.BadPage);

        // other packages, other places
        if (position.Horizons[0] != state) throw new FhirErrorException(FhirErrors.PageGone);
        return (asked.Query, (int)position.Last);
    }

    async Task<string> SealAsync(string type, IReadOnlyList<KeyValuePair<string, string>> query, PagePosition position, CancellationToken cancellationToken) =>
        await tokens.SealAsync(new PageState(type, query, position), cancellationToken) ?? throw new FhirErrorException(FhirErrors.TooLongForPages);

    static List<Definition> Page(IReadOnlyList<Definition> found, int start, int most, bool nested)
    {
        var bytes = 0L;
        var page = found.Skip(start).Take(most).TakeWhile((one, index) => (bytes += one.Bytes) <= (nested ? MostNestedBytes : MostPageBytes) || index == 0).ToList();
        if (nested && page.Count < Math.Min(most, found.Count - start)) throw new FhirErrorException(FhirErrors.BatchTooLarge);
        return page;
    }

    async Task<IReadOnlyList<Definition>> FindAsync(string type, IReadOnlyList<KeyValuePair<string, string>> criteria, CancellationToken cancellationToken)
    {
        var listed = await definitions.ListAsync(type, cancellationToken);
        IReadOnlyList<Definition> found = [.. listed.Where(one => criteria.All(pair => !Canonical.Contains(pair.Key) || pair.Value.Split(',').Any(wanted => IsNamed(one, pair.Key, wanted))))];
        var members = criteria.Where(pair => !Canonical.Contains(pair.Key)).ToList();
        if (members.Count == 0) return found;
        return [.. (await definitions.ReadAsync(found, cancellationToken)).Where(one => HasMembers(one.Document, members)).Select(one => one.Definition)];
    }

    // A url may carry the version, as canonicals do.
    static bool IsNamed(Definition one, string name, string wanted) => name switch
    {
        "_id" => one.Id == wanted,
        "version" => one.Version == wanted,
        _ => one.Url == wanted || (one.Version is not null && $"{one.Url}|{one.Version}" == wanted),
    };

    // Names begin with the value, without case; everything else is equal to it.
    static bool HasMembers(ReadOnlyMemory<byte> document, List<KeyValuePair<string, string>> members)
    {
        using var json = JsonDocument.Parse(document);
        return members.TrueForAll(pair => Values(json.RootElement, pair.Key).Any(value => pair.Value.Split(',').Any(wanted =>
            pair.Key == "name" ? value?.StartsWith(wanted, StringComparison.OrdinalIgnoreCase) == true : value == wanted)));
    }

    static IEnumerable<string?> Values(JsonElement root, string name) =>
        !root.TryGetProperty(name, out var value) ? []
        : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(one => one.GetString())
        : [value.GetString()];
}
