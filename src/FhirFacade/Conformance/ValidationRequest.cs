using System.Runtime.InteropServices;
using System.Text.Json;
using Dicom2Fhir.FhirFacade.Fhir;

namespace Dicom2Fhir.FhirFacade.Conformance;

/// <summary>What $validate is asked: a resource as the body, or Parameters with resource, profile and mode (R4 operation Resource-validate).</summary>
/// <param name="Resource">The text of the resource; empty when none came.</param>
sealed record ValidationRequest(ReadOnlyMemory<byte> Resource, string? Profile, string? Mode)
{
    // The engine judges 64 levels; Parameters add three.
    static readonly JsonDocumentOptions Depth = new() { MaxDepth = 128 };

    /// <exception cref="FhirErrorException">400: the body is not JSON, or not FHIR.</exception>
    public static ValidationRequest Read(ReadOnlyMemory<byte> body, IEnumerable<KeyValuePair<string, string>> query)
    {
        var parameters = query.ToList();
        var fromQuery = new ValidationRequest(body, Last(parameters, "profile"), Last(parameters, "mode"));
        try
        {
            using var document = JsonDocument.Parse(body, Depth);
            var root = document.RootElement;
            if (TypeOf(root) is not { } type) throw new FhirErrorException(FhirErrors.BadRequest("The body is no FHIR resource: it has no resourceType."));
            return type == "Parameters" ? fromQuery.With(root) : fromQuery;
        }
        catch (JsonException exception)
        {
            throw new FhirErrorException(FhirErrors.BadRequest(
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The body is not JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}).")));
        }
    }

    public static string? TypeOf(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("resourceType", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    ValidationRequest With(JsonElement parameters)
    {
        var request = this with { Resource = default };
        if (!parameters.TryGetProperty("parameter", out var list) || list.ValueKind != JsonValueKind.Array) return request;
        foreach (var entry in list.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String) continue;
            request = name.GetString() switch
            {
                "resource" when entry.TryGetProperty("resource", out var resource) => request with { Resource = JsonMarshal.GetRawUtf8Value(resource).ToArray() },
                "profile" => request with { Profile = Value(entry) ?? request.Profile },
                "mode" => request with { Mode = Value(entry) ?? request.Mode },
                _ => request,
            };
        }

        return request;
    }

    // valueUri in R4, valueCanonical from newer clients, valueCode for the mode.
    static string? Value(JsonElement entry) => entry.EnumerateObject()
        .Where(member => member.Name.StartsWith("value", StringComparison.Ordinal) && member.Value.ValueKind == JsonValueKind.String)
        .Select(member => member.Value.GetString()).FirstOrDefault();

    static string? Last(List<KeyValuePair<string, string>> query, string name) => query.LastOrDefault(pair => pair.Key == name && pair.Value.Length > 0).Value;
}
