using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Sends answers: JSON text as it is; XML and indented answers are made from the parsed text.</summary>
static class FhirResponse
{
    // Documents hold umlauts and were written by us: no need to escape them again, and no HTML context.
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    const int Portion = 64 * 1024;

    static readonly JsonSerializerOptions Reading = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Ostrich);

    public static async System.Threading.Tasks.Task SendAsync(HttpContext context, FhirAnswer answer)
    {
        Negotiation.Use(context, answer.Presentation);
        var response = context.Response;
        var headers = response.Headers;
        response.StatusCode = answer.Status;
        headers.Append("Vary", "Accept, Prefer");
        // What has a version is asked again with it; a search is never answered from a cache.
        headers.CacheControl = answer.ETag is null ? "no-store" : "private, no-cache";
        // Descriptions and narratives may hold what a browser would run.
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
        if (answer.ETag is not null) headers.ETag = answer.ETag;
        if (answer.LastModified is { } modified) headers.LastModified = modified.ToString("R", CultureInfo.InvariantCulture);
        if (answer.Location is not null) headers.Location = answer.Location;
        if (answer.PreferenceApplied is not null) headers["Preference-Applied"] = answer.PreferenceApplied;
        if (answer.Json is not { } json) return;

        var (format, pretty) = Negotiation.Of(context);
        response.ContentType = Formats.ContentType(format);
        var body = format == Format.Xml ? ToXml(json.Whole.Span, pretty) : pretty ? Indent(json.Whole) : json;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await WriteAsync(context, body);
    }

    // The web server grants a reader time for all that was sent before, hours for a page: each portion has its own time here.
    static async System.Threading.Tasks.Task WriteAsync(HttpContext context, JsonBody body)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        try
        {
            var waiting = 0;
            foreach (var part in body.Parts)
            {
                for (var from = 0; from < part.Length;)
                {
                    var portion = part[from..Math.Min(part.Length, from + Portion - waiting)];
                    context.Response.BodyWriter.Write(portion.Span);
                    from += portion.Length;
                    waiting += portion.Length;
                    if (waiting < Portion) continue;
                    patience.CancelAfter(ServerLimits.Reader);
                    await context.Response.BodyWriter.FlushAsync(patience.Token);
                    waiting = 0;
                }
            }

            patience.CancelAfter(ServerLimits.Reader);
            await context.Response.BodyWriter.FlushAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    public static System.Threading.Tasks.Task SendErrorsAsync(HttpContext context, IReadOnlyList<FhirError> errors)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions)) FhirErrors.Write(json, errors);
        var headers = context.Response.Headers;
        if (errors[0].Status == 503) headers.RetryAfter = "5";
        if (errors[0].Status == 415) headers.AcceptEncoding = "identity";
        if (errors[0].Allow is { } allowed) headers.Allow = allowed;
        return SendAsync(context, new FhirAnswer(errors[0].Status, buffer.WrittenMemory));
    }

    static JsonBody ToXml(ReadOnlySpan<byte> json, bool pretty)
    {
        var resource = JsonSerializer.Deserialize<Resource>(json, Reading)!;
        return new FhirXmlSerializer().SerializeToBytes(resource, pretty);
    }

    static JsonBody Indent(ReadOnlyMemory<byte> json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var document = JsonDocument.Parse(json))
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions with { Indented = true }))
        {
            document.WriteTo(writer);
        }

        return buffer.WrittenMemory;
    }
}
