using Dicom2Fhir.Conformance.Base;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Conformance;

public class TypePlanTests
{
    [Fact]
    public void Every_type_of_R4_has_a_plan()
    {
        var types = ModelInfo.ModelInspector.ClassMappings.Select(mapping => mapping.NativeType).Where(type => !type.IsAbstract && !type.ContainsGenericParameters && typeof(Base).IsAssignableFrom(type)).ToList();
        Assert.True(types.Count > 500, $"{types.Count} types");
        foreach (var type in types) Assert.NotEmpty(TypePlan.Of((Base)Activator.CreateInstance(type)!).Name);
    }

    // Several releases share the type, each with targets of its own.
    [Fact]
    public void Targets_are_those_of_R4() =>
        Assert.Equal(
            ["Device", "Organization", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson"],
            TypePlan.Of(new Signature()).Elements.Single(element => element.Name == "who").Targets!.Order(StringComparer.Ordinal));
}
