using System.Buffers;
using System.Text;
using System.Text.Json;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>A resource of an answer, as it goes out.</summary>
readonly record struct BundleDocument(string Type, string Id, ReadOnlyMemory<byte> Document);

/// <summary>Writes a searchset Bundle around stored documents, which go in unparsed.</summary>
static class BundleWriter
{
    /// <param name="page">Its memory belongs to the body from then on.</param>
    /// <param name="filters">What the documents are cut to.</param>
    /// <param name="warnings">Parameters that were ignored: one entry of mode outcome.</param>
    public static JsonBody Write(Uri fhirBase, string self, string? next, SearchPage page, AnswerFilters filters, IReadOnlyList<FhirError> warnings)
    {
        var output = new JsonParts();
        Start(output, page.Total, self, next);
        var entries = new Entries(output, RequestBase.Text(fhirBase), filters);
        foreach (var resource in page.Resources) entries.Match(resource);
        foreach (var resource in page.Included) entries.Included(resource);
        entries.End(warnings);
        return output.ToBody(page);
    }

    /// <summary>Around definitions.</summary>
    public static JsonBody Write(
        Uri fhirBase, string self, string? next, long total, IReadOnlyList<BundleDocument> documents, ElementFilter? filter, IReadOnlyList<FhirError> warnings)
    {
        var output = new JsonParts();
        Start(output, total, self, next);
        var entries = new Entries(output, RequestBase.Text(fhirBase), AnswerFilters.None);
        foreach (var document in documents) entries.Match(document, filter);
        entries.End(warnings);
        return output.ToBody();
    }

    /// <summary>The answer of _summary=count.</summary>
    public static JsonBody WriteCount(string self, long total, IReadOnlyList<FhirError> warnings)
    {
        var output = new JsonParts();
        Start(output, total, self, null);
        new Entries(output, "", AnswerFilters.None).End(warnings);
        return output.ToBody();
    }

    // Without the brace at the end.
    static void Start(JsonParts output, long? total, string self, string? next)
    {
        using var json = new Utf8JsonWriter(output, FhirResponse.WriterOptions);
        json.WriteStartObject();
        json.WriteString("resourceType", "Bundle");
        json.WriteString("type", "searchset");
        if (total is { } known) json.WriteNumber("total", known);
        json.WriteStartArray("link");
        Link(json, "self", self);
        if (next is not null) Link(json, "next", next);
        json.WriteEndArray();
    }

    static void Link(Utf8JsonWriter json, string relation, string url)
    {
        json.WriteStartObject();
        json.WriteString("relation", relation);
        json.WriteString("url", url);
        json.WriteEndObject();
    }

    // By hand: a page has thousands of entries, and all but the ids is the same.
    sealed class Entries(JsonParts output, string fhirBase, AnswerFilters filters)
    {
        // What ids are made of (R4 datatypes, id): nothing to escape.
        static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.");

        readonly Dictionary<string, byte[]> starts = [];
        bool some;

        public void Match(StoredResource resource)
        {
            if (resource.Outline is null)
            {
                Match(Of(resource), filters.OfMatch(resource.Type));
                return;
            }

            Start(resource.Type.Name, resource.Id);
            filters.PartsOf(resource.Type, resource.Outline).Write(output, resource);
            output.Write(EndOfMatch);
        }

        public void Match(BundleDocument resource, ElementFilter? filter)
        {
            Document(resource, filter);
            output.Write(EndOfMatch);
        }

        public void Included(StoredResource resource)
        {
            Document(Of(resource), filters.OfIncluded(resource.Type));
            output.Write(",\"search\":{\"mode\":\"include\"}}"u8);
        }

        public void End(IReadOnlyList<FhirError> warnings)
        {
            if (warnings.Count > 0)
            {
                Separate();
                output.Write("{\"resource\":"u8);
                using (var json = new Utf8JsonWriter(output, FhirResponse.WriterOptions)) FhirErrors.Write(json, warnings, "warning");
                output.Write(",\"search\":{\"mode\":\"outcome\"}}"u8);
            }

            output.Write(some ? "]}"u8 : "}"u8);
        }

        static BundleDocument Of(StoredResource resource) => new(resource.Type.Name, resource.Id, resource.Document);

        static ReadOnlySpan<byte> EndOfMatch => ",\"search\":{\"mode\":\"match\"}}"u8;

        void Start(string type, string id)
        {
            Separate();
            if (!starts.TryGetValue(type, out var start))
            {
                var url = JsonEncodedText.Encode($"{fhirBase}/{type}/", FhirResponse.WriterOptions.Encoder);
                starts[type] = start = Encoding.UTF8.GetBytes($"{{\"fullUrl\":\"{url}");
            }

            output.Write(start);
            if (!id.AsSpan().ContainsAnyExcept(Plain)) Encoding.UTF8.GetBytes(id, output);
            else output.Write(JsonEncodedText.Encode(id, FhirResponse.WriterOptions.Encoder).EncodedUtf8Bytes);
            output.Write("\",\"resource\":"u8);
        }

        void Document(BundleDocument resource, ElementFilter? filter)
        {
            Start(resource.Type, resource.Id);
            if (filter is null) output.Append(resource.Document);
            else output.Write(filter.Apply(resource.Document.Span));
        }

        void Separate()
        {
            output.Write(some ? ","u8 : ",\"entry\":["u8);
            some = true;
        }
    }
}
