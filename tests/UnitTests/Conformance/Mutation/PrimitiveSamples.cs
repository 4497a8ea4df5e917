using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Dicom2Fhir.UnitTests.Conformance.Mutation;

/// <summary>Values of primitive types, told right from wrong by the regular expressions of the R4 definitions.</summary>
sealed class PrimitiveSamples(Definitions definitions)
{
    static readonly string[] Texts =
    [
        " ", "a b", " a", "a ", "a  b", "a\tb", "a\n", "a", "A.b-1", "a_b", "ä", "a/b", new('1', 64), new('1', 65), "http://example.org/x", "http://example.org/x y", "\n", "true", "TRUE",
        "2024", "24", "20245", "2024-5", "2024-05", "2024-13", "2024-00", "2024-05-06", "2024-05-32", "2024-05-00", "2024-05-6", "20240506", "06.05.2024", " 2024", "2024 ", "2024\n", "2024-05-06T10:00:00Z",
        "2024-05-06T10:00:00.123456+02:00", "2024-05-06T10:00:00", "2024-05-06T10:00Z", "2024-05-06T24:00:00Z", "2024-05-06T10:60:00Z", "2024-05-06T10:00:00+15:00", "2024-05-06T10:00:00+0200",
        "2024-05-06t10:00:00z", "2024-05-06 10:00:00Z", "10:00:00", "10:00", "24:00:00", "10:00:00.5", "10:00:00Z", "AQID", "AQI", "AQID AQID", "@@@@", "urn:oid:1.2.3", "urn:oid:1.02.3", "urn:oid:3.1", "urn:oid:1",
        "1.2.3", "urn:uuid:6b7e3f1a-0b0c-4d0e-8f00-112233445566", "urn:uuid:6B7E3F1A-0B0C-4D0E-8F00-112233445566", "urn:uuid:6b7e3f1a", "6b7e3f1a-0b0c-4d0e-8f00-112233445566",
    ];

    static readonly string[] Numbers = ["0", "1", "-1", "7.5", "1e2", "2147483647", "2147483648", "1.0", "0.10", "123456789012345678"];

    // The text of R4 asks for more than its expressions: no tab in a code, well-formed URNs. The parser enforces it.
    static bool IsStricter(string text) => text == "a\tb" || text.StartsWith("urn:", StringComparison.Ordinal);

    /// <summary>JSON values with the answer of the definition.</summary>
    public IEnumerable<(JsonNode Value, bool Fits)> Of(string type)
    {
        var expression = Expression(type);
        var isNumber = type is "integer" or "positiveInt" or "unsignedInt" or "decimal";
        if (expression is null || (!isNumber && type != "boolean" && expression.ToString() == "")) yield break;
        foreach (var text in Texts)
        {
            var fits = !isNumber && type != "boolean" && expression.IsMatch(text);
            if (!fits || !IsStricter(text)) yield return (JsonValue.Create(text), fits);
        }

        foreach (var number in Numbers) yield return (JsonNode.Parse(number)!, isNumber && expression.IsMatch(number) && (type == "decimal" || (long.TryParse(number, out var value) && value is >= int.MinValue and <= int.MaxValue)));
        yield return (JsonValue.Create(true), type == "boolean");
        yield return (JsonValue.Create(""), false);
        yield return (new JsonObject { ["value"] = "x" }, false);
        yield return (new JsonArray("a"), false);
    }

    Regex? Expression(string type)
    {
        var value = definitions.OfType(type)?.Element(type + ".value");
        return value?.Regex is { } text ? new($@"\A(?:{text})\z", RegexOptions.CultureInvariant) : null;
    }
}
