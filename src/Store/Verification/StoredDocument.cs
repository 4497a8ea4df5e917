using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.Store.Verification;

/// <summary>Documents of the store as resources.</summary>
public static class StoredDocument
{
    static readonly JsonSerializerOptions Reading = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Ostrich);

    /// <summary>Null when the text is no resource.</summary>
    public static Resource? Parse(string document)
    {
        try
        {
            return JsonSerializer.Deserialize<Resource>(document, Reading);
        }
        catch (Exception exception) when (exception is JsonException or DeserializationFailedException)
        {
            return null;
        }
    }
}
