using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.Mapping;

/// <summary>
/// The text of a mapped resource: JSON in SDK element order without white space, the same bytes for the same resource (design decision 12).
/// </summary>
public static class MappedJson
{
    /// <summary>Umlauts stay letters: the text is stored and searched as UTF-8, never embedded in HTML.</summary>
    static readonly JsonWriterOptions Compact = new() { Indented = false, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly BaseFhirJsonSerializer Serializer = new(ModelInfo.ModelInspector);

    public static string Write(Resource resource)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, Compact)) Serializer.Serialize(resource, writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
