using System.Buffers;
using System.Text.Json;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>A resource of an answer, as it goes out.</summary>
readonly record struct BundleDocument(string Type, string Id, ReadOnlyMemory<byte> Document);

/// <summary>Writes a searchset Bundle around stored documents, which go in unparsed.</summary>
static class BundleWriter
{
    /// <param name="filters">What the documents are cut to.</param>
    /// <param name="warnings">Parameters that were ignored: one entry of mode outcome.</param>
    public static ReadOnlyMemory<byte> Write(Uri fhirBase, string self, string? next, SearchPage page, AnswerFilters filters, IReadOnlyList<FhirError> warnings)
    {
        // room for everything, so that a page is never copied to grow: what stands around a document is shorter than this
        var buffer = new ArrayBufferWriter<byte>(4 * 1024 + page.Resources.Sum(resource => 300 + (filters.OfMatch(resource.Type) is null ? resource.Document.Length : 0)));
        using (var json = new Utf8JsonWriter(buffer, FhirResponse.WriterOptions))
        {
            Start(json, page.Total, self, next);
            if (page.Resources.Count + page.Included.Count + warnings.Count > 0)
            {
                json.WriteStartArray("entry");
                foreach (var resource in page.Resources) Entry(json, fhirBase, Of(resource), filters.OfMatch(resource.Type), "match");
                foreach (var resource in page.Included) Entry(json, fhirBase, Of(resource), filters.OfIncluded(resource.Type), "include");
                if (warnings.Count > 0) Outcome(json, warnings);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Around definitions.</summary>
    public static ReadOnlyMemory<byte> Write(
        Uri fhirBase, string self, string? next, long total, IReadOnlyList<BundleDocument> documents, ElementFilter? filter, IReadOnlyList<FhirError> warnings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, FhirResponse.WriterOptions))
        {
            Start(json, total, self, next);
            if (documents.Count + warnings.Count > 0)
            {
                json.WriteStartArray("entry");
                foreach (var document in documents) Entry(json, fhirBase, document, filter, "match");
                if (warnings.Count > 0) Outcome(json, warnings);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The answer of _summary=count.</summary>
    public static ReadOnlyMemory<byte> WriteCount(string self, long total, IReadOnlyList<FhirError> warnings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, FhirResponse.WriterOptions))
        {
            Start(json, total, self, null);
            if (warnings.Count > 0)
            {
                json.WriteStartArray("entry");
                Outcome(json, warnings);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    static void Start(Utf8JsonWriter json, long? total, string self, string? next)
    {
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

    static BundleDocument Of(StoredResource resource) => new(resource.Type.Name, resource.Id, resource.Document);

    static void Entry(Utf8JsonWriter json, Uri fhirBase, BundleDocument resource, ElementFilter? filter, string mode)
    {
        json.WriteStartObject();
        json.WriteString("fullUrl", $"{RequestBase.Text(fhirBase)}/{resource.Type}/{resource.Id}");
        json.WritePropertyName("resource");
        if (filter is null) json.WriteRawValue(resource.Document.Span, skipInputValidation: true);
        else json.WriteRawValue(filter.Apply(resource.Document.Span), skipInputValidation: true);
        Mode(json, mode);
        json.WriteEndObject();
    }

    static void Outcome(Utf8JsonWriter json, IReadOnlyList<FhirError> warnings)
    {
        json.WriteStartObject();
        json.WritePropertyName("resource");
        FhirErrors.Write(json, warnings, "warning");
        Mode(json, "outcome");
        json.WriteEndObject();
    }

    static void Mode(Utf8JsonWriter json, string mode)
    {
        json.WriteStartObject("search");
        json.WriteString("mode", mode);
        json.WriteEndObject();
    }
}
