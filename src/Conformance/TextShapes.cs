using System.Globalization;
using System.Text.Json;

namespace Dicom2Fhir.Conformance;

/// <summary>
/// Shapes of the JSON text that the SDK does not check (FHIR R4 JSON, 2.6.2): the "_name" property of a primitive fits its "name" property, contained
/// resources stand in an array, and resourceType stands once.
/// </summary>
static class TextShapes
{
    public static void Check(ReadOnlySpan<byte> json, List<Issue> issues)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object) return;
        var root = document.RootElement.TryGetProperty("resourceType", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString()! : "";
        Visit(document.RootElement, root, issues);
    }

    static void Visit(JsonElement element, string path, List<Issue> issues)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            var i = 0;
            foreach (var item in element.EnumerateArray()) Visit(item, $"{path}[{(i++).ToString(CultureInfo.InvariantCulture)}]", issues);
        }
        if (element.ValueKind != JsonValueKind.Object) return;
        var types = 0;
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name is ['_', .. var name]) Pair(element, property.Value, name, path, issues);
            else Visit(property.Value, $"{path}.{property.Name}", issues);
            if (property.Name == "resourceType" && ++types == 2) Add("resourceType stands more than once.", path, issues);
            if (property.Name == "contained" && property.Value.ValueKind != JsonValueKind.Array) Add("Contained resources stand in an array.", $"{path}.contained", issues);
        }
    }

    static void Pair(JsonElement owner, JsonElement extras, string name, string path, List<Issue> issues)
    {
        var hasValue = owner.TryGetProperty(name, out var value);
        var fits = extras.ValueKind is JsonValueKind.Object or JsonValueKind.Array && (!hasValue || (value.ValueKind == JsonValueKind.Array) == (extras.ValueKind == JsonValueKind.Array));
        if (!fits) Add($"_{name} has to be an object beside a single value and an array beside an array.", $"{path}.{name}", issues);
    }

    static void Add(string text, string path, List<Issue> issues) => issues.Add(new(Severity.Error, "structure", path, "json-shape", text));
}
