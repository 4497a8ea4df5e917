using System.Buffers;
using System.Text;
using System.Text.Json;
using Dicom2Fhir.Conformance;

namespace Dicom2Fhir.Indexer.Conformance;

/// <summary>The meta.tag of a resource that is stored although it breaks its profile (Conformance__OnFailure=tag).</summary>
static class ConformanceTag
{
    public const string System = Canonicals.ConformanceTag;
    public const string Code = "nonconformant";

    static readonly JsonWriterOptions Writing = new() { Encoder = global::System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = 256 };
    static readonly JsonDocumentOptions Reading = new() { MaxDepth = 256 };

    public static bool IsOn(JsonElement resource) =>
        Member(resource, "meta") is { ValueKind: JsonValueKind.Object } meta && Member(meta, "tag") is { ValueKind: JsonValueKind.Array } tags && tags.EnumerateArray().Any(IsOurs);

    /// <summary>The text with the tag on or off; everything else token by token as it was (design decision 13).</summary>
    public static string Set(string json, bool on)
    {
        using var document = JsonDocument.Parse(json, Reading);
        var root = document.RootElement;
        if (!on && !IsOn(root)) return json;
        var output = new ArrayBufferWriter<byte>(json.Length + 256);
        using (var writer = new Utf8JsonWriter(output, Writing)) Resource(writer, root, on);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    static void Resource(Utf8JsonWriter writer, JsonElement root, bool on)
    {
        // A resource without meta gets one behind its id.
        var missing = on && Member(root, "meta") is not { ValueKind: JsonValueKind.Object };
        writer.WriteStartObject();
        foreach (var member in root.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            if (member.NameEquals("meta") && member.Value.ValueKind == JsonValueKind.Object) Meta(writer, member.Value, on);
            else Raw(writer, member.Value);
            if (!missing || !member.NameEquals("id")) continue;
            writer.WritePropertyName("meta");
            writer.WriteStartObject();
            Tags(writer, null, on);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    static void Meta(Utf8JsonWriter writer, JsonElement meta, bool on)
    {
        writer.WriteStartObject();
        foreach (var member in meta.EnumerateObject())
        {
            if (member.NameEquals("tag")) continue;
            writer.WritePropertyName(member.Name);
            Raw(writer, member.Value);
        }

        Tags(writer, Member(meta, "tag"), on);
        writer.WriteEndObject();
    }

    static void Tags(Utf8JsonWriter writer, JsonElement? tags, bool on)
    {
        var others = tags is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Where(tag => !IsOurs(tag)).ToList() : [];
        if (others.Count == 0 && !on) return;
        writer.WriteStartArray("tag");
        foreach (var tag in others) Raw(writer, tag);
        if (on)
        {
            writer.WriteStartObject();
            writer.WriteString("system", System);
            writer.WriteString("code", Code);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    // Numbers and escapes stay as they were written.
    static void Raw(Utf8JsonWriter writer, JsonElement value) => writer.WriteRawValue(value.GetRawText(), skipInputValidation: true);

    static bool IsOurs(JsonElement tag) => Member(tag, "system") is { ValueKind: JsonValueKind.String } system && system.ValueEquals(System);

    static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
}
