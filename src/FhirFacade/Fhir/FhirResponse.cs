using System.Buffers;
using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Sends JSON text as it is; XML and indented answers are made from the parsed text.</summary>
static class FhirResponse
{
    // Documents hold umlauts and were written by us: no need to escape them again, and no HTML context.
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    static readonly JsonSerializerOptions Reading = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Ostrich);

    public static async System.Threading.Tasks.Task SendAsync(HttpContext context, int status, ReadOnlyMemory<byte> json)
    {
        var format = context.Items[nameof(Format)] as Format? ?? Format.Json;
        var pretty = context.Items["pretty"] is true;
        var response = context.Response;
        response.StatusCode = status;
        response.Headers.Append("Vary", "Accept");
        response.ContentType = Formats.ContentType(format);
        var body = format == Format.Xml ? ToXml(json.Span, pretty) : pretty ? Indent(json) : json;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }

    public static System.Threading.Tasks.Task SendErrorsAsync(HttpContext context, IReadOnlyList<FhirError> errors)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions)) FhirErrors.Write(json, errors);
        if (errors[0].Status == 503) context.Response.Headers.RetryAfter = "5";
        return SendAsync(context, errors[0].Status, buffer.WrittenMemory);
    }

    static ReadOnlyMemory<byte> ToXml(ReadOnlySpan<byte> json, bool pretty)
    {
        var resource = JsonSerializer.Deserialize<Resource>(json, Reading)!;
        return new FhirXmlSerializer().SerializeToBytes(resource, pretty);
    }

    static ReadOnlyMemory<byte> Indent(ReadOnlyMemory<byte> json)
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
