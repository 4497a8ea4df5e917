using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Outlines;

/// <summary>Names of elements as they stand in JSON.</summary>
public static class RootElements
{
    /// <summary>The elements a resource of the type is not FHIR without.</summary>
    public static IEnumerable<string> Mandatory(string type) => MandatoryOf(type).SelectMany(JsonNames);

    /// <summary>Those of them that hold codes and nothing else.</summary>
    internal static IEnumerable<string> MandatoryCodes(string type) => MandatoryOf(type).Where(IsCode).SelectMany(JsonNames);

    /// <summary>effective[x] stands in JSON as effectiveDateTime, effectivePeriod ...</summary>
    public static IEnumerable<string> JsonNames(PropertyMapping property) =>
        property.Choice == ChoiceType.DatatypeChoice
            ? property.FhirType.Select(type => property.Name + Capital(ModelInfo.GetFhirTypeNameForType(type) ?? type.Name))
            : [property.Name];

    static IEnumerable<PropertyMapping> MandatoryOf(string type) =>
        ModelInfo.ModelInspector.FindClassMapping(type)!.PropertyMappings.Where(property => property.IsMandatoryElement);

    static bool IsCode(PropertyMapping property) =>
        property.FhirType.All(type => type == typeof(Code) || type == typeof(Coding) || type == typeof(CodeableConcept)
            || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Code<>)));

    static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
