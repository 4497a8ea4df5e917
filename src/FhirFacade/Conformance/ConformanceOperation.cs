using Dicom2Fhir.Conformance;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.FhirFacade.Conformance;

/// <summary>The definition of our own operation $conformance.</summary>
static class ConformanceOperation
{
    public static OperationDefinition Definition { get; } = new()
    {
        Id = "conformance",
        Url = Canonicals.Own + "/OperationDefinition/conformance",
        Name = "Conformance",
        Status = PublicationStatus.Active,
        Kind = OperationDefinition.OperationKind.Operation,
        AffectsState = false,
        Code = "conformance",
        Description = "Which rule of which profile the stored resources break, and how often. With _format=text/csv as a table.",
        System = true,
        Type = false,
        Instance = false,
        Parameter =
        [
            new OperationDefinition.ParameterComponent
            {
                Name = "profile", Use = OperationParameterUse.Out, Min = 0, Max = "*", Documentation = "A version of a profile.",
                Part =
                [
                    Part("profile", 1, "1", FHIRAllTypes.Canonical), Part("version", 0, "1", FHIRAllTypes.String), Part("checked", 1, "1", FHIRAllTypes.Integer),
                    Part("valid", 1, "1", FHIRAllTypes.Integer), Part("decided", 1, "1", FHIRAllTypes.Integer),
                    new OperationDefinition.ParameterComponent
                    {
                        Name = "rule", Use = OperationParameterUse.Out, Min = 0, Max = "*", Documentation = "A rule that is broken.",
                        Part =
                        [
                            Part("rule", 1, "1", FHIRAllTypes.String), Part("expression", 1, "1", FHIRAllTypes.String), Part("severity", 1, "1", FHIRAllTypes.Code),
                            Part("count", 1, "1", FHIRAllTypes.Integer), Part("example", 0, "*", FHIRAllTypes.Id),
                        ],
                    },
                ],
            },
        ],
    };

    static OperationDefinition.ParameterComponent Part(string name, int min, string max, FHIRAllTypes type) =>
        new() { Name = name, Use = OperationParameterUse.Out, Min = min, Max = max, Type = type };
}
