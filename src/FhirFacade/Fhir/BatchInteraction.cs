using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>
/// Batches of reads and searches, and transactions that only read (R4 http, "batch/transaction"). An entry that fails does not fail the rest of a
/// batch; it fails a transaction.
/// </summary>
sealed class BatchInteraction(ILogger<BatchInteraction> logger)
{
    /// <summary>Portals send up to 500 ids in a batch, an entry each.</summary>
    public const int MostEntries = 1_000;

    /// <summary>Clients' buffers for a batch (TORCH) are 100 MiB: what is behind that would be lost there.</summary>
    const int MostBytes = 100 * 1024 * 1024;

    /// <param name="interactions">Answers the entries.</param>
    public async Task<FhirAnswer> AnswerAsync(Interactions interactions, FhirCall call, CancellationToken cancellationToken)
    {
        var (isTransaction, entries) = BatchRequest.Read(call.Body);
        if (entries.Count > MostEntries) throw new FhirErrorException(FhirErrors.TooManyEntries(entries.Count, MostEntries));
        if (isTransaction && entries.FirstOrDefault(entry => !entry.IsRead) is { } write)
        {
            throw new FhirErrorException(FhirErrors.NotAllowed($"{write.Method} in a transaction", "GET, HEAD"));
        }

        var output = new JsonParts();
        output.Write(isTransaction ? "{\"resourceType\":\"Bundle\",\"type\":\"transaction-response\""u8 : "{\"resourceType\":\"Bundle\",\"type\":\"batch-response\""u8);
        if (entries.Count > 0) output.Write(",\"entry\":["u8);
        for (var i = 0; i < entries.Count; i++)
        {
            var (answer, errors) = output.Length > MostBytes
                ? (null, [FhirErrors.BatchTooLarge])
                : await EntryAsync(interactions, call, entries[i], cancellationToken);
            if (isTransaction && errors is not null) throw new FhirErrorException(errors);
            if (i > 0) output.Write(","u8);
            using (answer?.Json) Write(output, answer, errors);
        }

        output.Write(entries.Count > 0 ? "]}"u8 : "}"u8);
        return new FhirAnswer(200, output.ToBody());
    }

    async Task<(FhirAnswer? Answer, IReadOnlyList<FhirError>? Errors)> EntryAsync(
        Interactions interactions, FhirCall call, BatchEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            return (await interactions.AnswerAsync(entry.ToCall(call), cancellationToken), null);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var errors = ErrorHandling.Errors(exception);
            if (ErrorHandling.IsFault(exception, errors)) logger.RequestFailed(exception, "batch");
            return (null, errors);
        }
    }

    // A failed entry has its outcome in both places: clients read one or the other, and one of them falls over an entry without a resource.
    static void Write(JsonParts output, FhirAnswer? answer, IReadOnlyList<FhirError>? errors)
    {
        output.Write("{"u8);
        if (answer?.Json is { } body)
        {
            output.Write("\"resource\":"u8);
            foreach (var part in body.Parts) output.Write(part.Span);      // a copy: the memory of a page serves the next entry
            output.Write(","u8);
        }
        else if (errors is not null)
        {
            output.Write("\"resource\":"u8);
            using (var json = new Utf8JsonWriter(output, FhirResponse.WriterOptions)) FhirErrors.Write(json, errors);
            output.Write(","u8);
        }

        output.Write("\"response\":"u8);
        using (var json = new Utf8JsonWriter(output, FhirResponse.WriterOptions)) WriteResponse(json, answer, errors);
        output.Write("}"u8);
    }

    static void WriteResponse(Utf8JsonWriter json, FhirAnswer? answer, IReadOnlyList<FhirError>? errors)
    {
        json.WriteStartObject();
        var status = answer?.Status ?? errors![0].Status;
        json.WriteString("status", string.Create(CultureInfo.InvariantCulture, $"{status} {ReasonPhrases.GetReasonPhrase(status)}"));
        if (answer?.ETag is { } etag) json.WriteString("etag", etag);
        if (answer?.LastModified is { } modified) json.WriteString("lastModified", modified.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        if (errors is not null)
        {
            json.WritePropertyName("outcome");
            FhirErrors.Write(json, errors);
        }

        json.WriteEndObject();
    }
}
