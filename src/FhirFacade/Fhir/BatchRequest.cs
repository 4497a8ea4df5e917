using System.Text.Json;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Bundle.entry.request.</summary>
/// <param name="Url">Relative to the base, or absolute under it; portals do not percent-encode it.</param>
sealed record BatchEntry(string Method, string Url, string? IfNoneMatch)
{
    public bool IsRead => Method is "GET" or "HEAD";

    /// <exception cref="FhirErrorException">400: the URL is of another server, or has a broken escape.</exception>
    public FhirCall ToCall(FhirCall batch)
    {
        if (Method.Length == 0 || Url.Length == 0) throw new FhirErrorException(FhirErrors.BadRequest("An entry of a batch has request.method and request.url."));
        var url = Url;
        var fhirBase = RequestBase.Text(batch.Base);
        if (url.StartsWith(fhirBase, StringComparison.Ordinal) && (url.Length == fhirBase.Length || url[fhirBase.Length] is '/' or '?')) url = url[fhirBase.Length..];
        else if (url.StartsWith("http://", StringComparison.Ordinal) || url.StartsWith("https://", StringComparison.Ordinal)) throw new FhirErrorException(FhirErrors.BadRequest($"'{Url}' is not below {fhirBase}."));
        var question = url.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? url : url[..question];
        return batch with
        {
            Method = Method,
            Segments = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)],
            Query = question < 0 ? [] : RawQuery.Parse(url[question..]),
            Conditions = Conditions.Of(IfNoneMatch),
            Nested = true,
            Body = default,
        };
    }
}

/// <summary>Reads the Bundle of a batch: what is asked, nothing else of it. Depth is limited.</summary>
static class BatchRequest
{
    const int MostDepth = 64;

    /// <exception cref="FhirErrorException">400: it is no batch or transaction.</exception>
    public static (bool IsTransaction, IReadOnlyList<BatchEntry> Entries) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(WithoutMark(body), new JsonDocumentOptions { MaxDepth = MostDepth });
            return Read(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new FhirErrorException(FhirErrors.BadRequest($"The body is not JSON (line {exception.LineNumber + 1}), or nested deeper than {MostDepth} levels."));
        }
        catch (InvalidOperationException)
        {
            // a string with half a surrogate pair
            throw new FhirErrorException(FhirErrors.BadRequest("The body holds text that is not Unicode."));
        }
    }

    static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) => body.Span.StartsWith("\ufeff"u8) ? body[3..] : body;

    static (bool, IReadOnlyList<BatchEntry>) Read(JsonElement root)
    {
        if (Text(root, "resourceType") != "Bundle") throw new FhirErrorException(FhirErrors.BadRequest("What is posted to the base is a Bundle of type batch or transaction."));
        var type = Text(root, "type");
        if (type is not ("batch" or "transaction")) throw new FhirErrorException(FhirErrors.BadRequest($"A Bundle of type '{type}' is not taken, only batch and transaction."));
        if (!root.TryGetProperty("entry", out var entries)) return (type == "transaction", []);
        if (entries.ValueKind != JsonValueKind.Array) throw new FhirErrorException(FhirErrors.BadRequest("Bundle.entry is a list."));
        return (type == "transaction", [.. entries.EnumerateArray().Select(Entry)]);
    }

    static BatchEntry Entry(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("request", out var request)
            ? new BatchEntry(Text(request, "method") ?? "", Text(request, "url") ?? "", Text(request, "ifNoneMatch"))
            : new BatchEntry("", "", null);

    static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
