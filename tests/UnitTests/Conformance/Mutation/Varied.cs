using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using Hl7.Fhir.Utility;

namespace Dicom2Fhir.UnitTests.Conformance.Mutation;

/// <summary>Instances of a type with any part of its elements and with values on both sides of the invariants; cardinalities are not kept.</summary>
sealed class Varied(Definitions definitions, Random random)
{
    static readonly string[] Quantities = ["{}", """{"value":1}""", """{"value":-1,"code":"a"}""", """{"value":1.5,"system":"http://unitsofmeasure.org","code":"1"}""", """{"value":2,"comparator":"<","system":"urn:x","code":"1"}""", """{"code":"a","system":"http://unitsofmeasure.org"}"""];

    static readonly Dictionary<string, string[]> Values = new(StringComparer.Ordinal)
    {
        ["decimal"] = ["1", "-1", "0", "2.5"],
        ["positiveInt"] = ["1", "2"],
        ["unsignedInt"] = ["0", "3"],
        ["boolean"] = ["true", "false"],
        ["dateTime"] = ["\"2024\"", "\"2023-05\"", "\"2024-05-06T10:00:00Z\"", "\"2024-05-06T10:00:00+02:00\""],
        ["uri"] = ["\"http://example.org/a\"", "\"http://example.org/a/_history/1\"", "\"http://unitsofmeasure.org\""],
        ["CodeableConcept"] =
        [
            """{"text":"a"}""", """{"coding":[{"system":"urn:s","code":"a"}]}""", """{"coding":[{"system":"urn:s","code":"b"}]}""",
            """{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"resolved"}]}""", """{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]}""",
            """{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"entered-in-error"}]}""", """{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]}""",
        ],
        ["DataRequirement"] = ["""{"type":"Patient"}"""],
        ["Expression"] = ["""{"language":"text/fhirpath","expression":"a"}"""],
        ["Quantity"] = Quantities,
        ["Age"] = Quantities,
        ["Count"] = Quantities,
        ["Distance"] = Quantities,
        ["Duration"] = Quantities,
        ["Resource"] = ["""{"resourceType":"Composition","status":"final","type":{"text":"a"},"date":"2024","author":[{"display":"a"}],"title":"a"}""", """{"resourceType":"MessageHeader","eventUri":"urn:a","source":{"endpoint":"urn:a"}}""", """{"resourceType":"Patient","id":"p","meta":{"versionId":"1"}}"""],
    };

    public JsonObject? Of(ElementDef element, int depth = 0)
    {
        var node = new JsonObject();
        foreach (var child in element.Owner.ChildrenOf(element.ContentReference ?? element.Id))
        {
            if (child.Name is "id" or "extension" or "modifierExtension" or "meta" or "implicitRules" or "language" or "text" && depth == 0 || child.Name is "contained" || depth > 3 || random.Next(2) == 0) continue;
            var type = child.Types.Length == 0 ? "BackboneElement" : child.Types[random.Next(child.Types.Length)].Code;
            if (Value(child, type, depth) is { } value) node[child.IsChoice ? child.Name + char.ToUpperInvariant(type[0]) + type[1..] : child.Name] = child.IsList ? new JsonArray(value, random.Next(3) == 0 ? Value(child, type, depth) : null) : value;
        }

        foreach (var list in node.Select(p => p.Value).OfType<JsonArray>().Where(list => list[^1] is null)) list.RemoveAt(list.Count - 1);
        return node.Count == 0 ? null : node;
    }

    JsonNode? Value(ElementDef element, string type, int depth)
    {
        if (Values.TryGetValue(type, out var values)) return JsonNode.Parse(values[random.Next(values.Length)]);
        if (type == "code" && element.Binding is not null && Filled.Codes(element) is { } codes) return ((Enum)codes.GetValue(random.Next(codes.Length))!).GetLiteral();
        if (element.Path == "Reference.reference") return random.Next(3) == 0 ? "#nothing" : "Patient/1";
        if (type == "Reference") return new JsonObject { ["reference"] = random.Next(5) == 0 ? "#nothing" : "Patient/1" };
        if (type is "BackboneElement" or "Element") return Of(element, depth + 1);
        return definitions.OfType(type) is { IsPrimitive: false } complex && depth < 2 && random.Next(2) == 0 && complex.Type is "Period" or "Range" or "Ratio" or "Timing" or "Attachment" or "ContactPoint" ? Of(complex.Root, depth + 1) : SampleValues.Of(type);
    }
}
