using System.Text.Json;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>Writes and reads Parameters as the pseudonym services speak them: strings, and parts with an Identifier or a string.</summary>
static class FhirParameters
{
    public static byte[] Write(params IEnumerable<(string Name, string Value)> parameters) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        resourceType = "Parameters",
        parameter = parameters.Select(parameter => new { name = parameter.Name, valueString = parameter.Value }),
    });

    /// <summary>The value of the first parameter or part with a name; null when there is none, or it is no text.</summary>
    /// <param name="list">A parameter or part array, or anything else that came instead.</param>
    public static string? Value(JsonElement list, string name)
    {
        foreach (var item in Items(list))
        {
            if (!IsNamed(item, name)) continue;
            if (item.TryGetProperty("valueString", out var text)) return Text(text);
            return item.TryGetProperty("valueIdentifier", out var identifier) && identifier.ValueKind == JsonValueKind.Object && identifier.TryGetProperty("value", out var value)
                ? Text(value)
                : null;
        }

        return null;
    }

    /// <summary>The part arrays of the parameters with a name.</summary>
    public static IEnumerable<JsonElement> Parts(JsonElement list, string name)
    {
        foreach (var item in Items(list))
        {
            if (IsNamed(item, name) && item.TryGetProperty("part", out var parts)) yield return parts;
        }
    }

    static IEnumerable<JsonElement> Items(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object) : [];

    static bool IsNamed(JsonElement item, string name) => item.TryGetProperty("name", out var text) && Text(text) == name;

    // Half a surrogate pair behind an escape is no text.
    static string? Text(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
