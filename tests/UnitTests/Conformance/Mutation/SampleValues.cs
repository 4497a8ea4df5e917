using System.Text.Json.Nodes;

namespace Dicom2Fhir.UnitTests.Conformance.Mutation;

/// <summary>A correct value of each type.</summary>
sealed class SampleValues(Definitions definitions)
{
    /// <summary>The types of value[x] of an extension (FHIR R4, 2.24.0.4 open types), without those that need more than a line.</summary>
    public static readonly string[] ChoiceTypes =
    [
        "base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal", "id", "instant", "integer", "markdown", "oid", "positiveInt", "string", "time", "unsignedInt", "uri", "url", "uuid",
        "Address", "Age", "Annotation", "Attachment", "CodeableConcept", "Coding", "ContactPoint", "HumanName", "Identifier", "Money", "Period", "Quantity", "Range", "Ratio", "Reference", "SampledData", "Timing", "Dosage",
    ];

    public static JsonNode? Of(string type) => type switch
    {
        "base64Binary" => "AQID",
        "boolean" => true,
        "canonical" or "uri" or "url" => "http://example.org/x",
        "code" or "id" or "markdown" or "string" => "a",
        "date" => "2024-05-06",
        "dateTime" or "instant" => "2024-05-06T10:00:00Z",
        "decimal" or "integer" or "positiveInt" or "unsignedInt" => 1,
        "oid" => "urn:oid:1.2.3",
        "time" => "10:00:00",
        "uuid" => "urn:uuid:6b7e3f1a-0b0c-4d0e-8f00-112233445566",
        "Address" or "Annotation" or "CodeableConcept" or "HumanName" or "Dosage" => JsonNode.Parse("""{"text":"a"}"""),
        "Age" => JsonNode.Parse("""{"value":1,"system":"http://unitsofmeasure.org","code":"a"}"""),
        "Attachment" => JsonNode.Parse("""{"title":"a"}"""),
        "Coding" => JsonNode.Parse("""{"system":"http://example.org/x","code":"a"}"""),
        "ContactPoint" => JsonNode.Parse("""{"system":"phone","value":"1"}"""),
        "Identifier" or "Money" or "Quantity" => JsonNode.Parse(type == "Identifier" ? """{"value":"1"}""" : """{"value":1}"""),
        "Period" => JsonNode.Parse("""{"start":"2024"}"""),
        "Range" => JsonNode.Parse("""{"low":{"value":1}}"""),
        "Ratio" => JsonNode.Parse("""{"numerator":{"value":1},"denominator":{"value":1}}"""),
        "Reference" => JsonNode.Parse("""{"display":"a"}"""),
        "SampledData" => JsonNode.Parse("""{"origin":{"value":1},"period":1,"dimensions":1}"""),
        "Timing" => JsonNode.Parse("""{"event":["2024"]}"""),
        "Extension" => JsonNode.Parse("""{"url":"http://example.org/x","valueString":"a"}"""),
        "BackboneElement" => JsonNode.Parse("""{"id":"a"}"""),
        _ => null,
    };

    /// <summary>A property with a correct value for an element; null where its type has no sample.</summary>
    public (string Property, JsonNode Value)? Of(ElementDef element)
    {
        var type = element.Types.FirstOrDefault()?.Code ?? "string";
        if (type.Contains(':', StringComparison.Ordinal)) type = "string";
        if (element.Name == "comparator") return ("comparator", "<");
        if (Of(type) is not { } value || definitions.OfType(type) is null) return null;
        return (element.IsChoice ? element.Name + char.ToUpperInvariant(type[0]) + type[1..] : element.Name, element.IsList ? new JsonArray(value) : value);
    }
}
