using System.Text.Json.Nodes;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;
using Hl7.Fhir.Utility;

namespace Dicom2Fhir.UnitTests.Conformance.Mutation;

/// <summary>A resource in which every element of its R4 definition has a value, as far as the invariants let them stand together.</summary>
sealed class Filled(Definitions definitions, int choice)
{
    static readonly string[] Left = ["meta", "implicitRules", "language", "text", "contained"];

    // Elements that an invariant forbids beside the others.
    static readonly string[] Apart =
        ["Observation.dataAbsentReason", "Observation.component.dataAbsentReason", "CarePlan.activity.reference", "Composition.section.emptyReason", "Composition.section.section", "Observation.component.value[x]", "Patient.link"];

    public JsonObject Of(string type)
    {
        var resource = new JsonObject { ["resourceType"] = type, ["id"] = "full" };
        Fill(resource, definitions.OfType(type)!.Root, 0);
        return resource;
    }

    void Fill(JsonObject node, ElementDef element, int depth)
    {
        foreach (var child in element.Owner.ChildrenOf(element.ContentReference ?? element.Id))
        {
            if (child.Name is "id" or "extension" or "modifierExtension" || (depth == 0 && Left.Contains(child.Name)) || Apart.Contains(child.Path) || child.Max == "0" || depth > 4) continue;
            var type = child.Types.Length == 0 ? "BackboneElement" : child.Types[Math.Min(choice, child.Types.Length - 1)].Code;
            if (Value(child, type, depth) is not { } value) continue;
            node[child.IsChoice ? child.Name + char.ToUpperInvariant(type[0]) + type[1..] : child.Name] = child.IsList ? new JsonArray(value) : value;
        }
    }

    JsonNode? Value(ElementDef element, string type, int depth)
    {
        if (type == "code" && element.Binding is not null) return Code(element);
        if (type == "Reference") return new JsonObject { ["reference"] = Target(element) + "/1" };
        if (type is not ("BackboneElement" or "Element")) return SampleValues.Of(type);
        var node = new JsonObject();
        Fill(node, element, depth + 1);
        return node.Count > 0 ? node : null;
    }

    static string Target(ElementDef element) =>
        element.Types.First(t => t.Code == "Reference").Targets.FirstOrDefault() is { } target && !target.EndsWith("/Resource", StringComparison.Ordinal) ? target[(target.LastIndexOf('/') + 1)..] : "Patient";

    static JsonNode Code(ElementDef element) => Codes(element) is { } codes ? ((Enum)codes.GetValue(0)!).GetLiteral() : "a";

    /// <summary>The enumeration that the SDK has for an element; null where it has none.</summary>
    public static Array? Codes(ElementDef element)
    {
        var mapping = ModelInfo.ModelInspector.FindClassMapping(element.Path.Split('.')[0]);
        PropertyMapping? property = null;
        foreach (var name in element.Path.Split('.').Skip(1))
        {
            property = mapping?.FindMappedElementByName(name.Replace("[x]", "", StringComparison.Ordinal));
            mapping = property?.PropertyTypeMapping;
        }

        var type = property?.NativeProperty?.PropertyType is { IsGenericType: true } list && list.GetGenericTypeDefinition() == typeof(List<>) ? list.GetGenericArguments()[0] : property?.NativeProperty?.PropertyType;
        return type is { IsGenericType: true } && type.GetGenericArguments()[0] is { IsEnum: true } codes ? Enum.GetValues(codes) : null;
    }
}
