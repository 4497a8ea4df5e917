using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search.Parameters;

/// <summary>Rows of Observation.</summary>
static class ObservationParameters
{
    const string Module = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-ex-bildgebung-";
    const string BodyStructure = "http://hl7.org/fhir/StructureDefinition/bodySite";
    const string Hl7 = DefinedBy.Hl7;
    const string Of = Hl7 + "Observation-";
    const string Mii = DefinedBy.Mii + "observation-";

    static readonly ParameterRows<Observation> Row = new(ServedType.Observation);

    static readonly CompositePart Code = new("code", SearchKind.Token);
    static readonly CompositePart ComboCode = new("combo-code", SearchKind.Token);
    static readonly CompositePart ComponentCode = new("component-code", SearchKind.Token);

    public static IReadOnlyList<SearchParameter> Rows { get; } =
    [
        Row.Identifier(one => one.Identifier, Hl7 + "clinical-identifier", "Identifier of the observation."),
        Row.Bare("series-uid", one => Values(one, Module + "series-uid"), Mii + "series-uid", "Series Instance UID of the image the observation was made on."),
        Row.Bare("sop-instance-uid", one => Values(one, Module + "sop-instanz-uid"), Mii + "sop-instance-uid", "SOP Instance UID of the image the observation was made on."),
        Row.Reference("body-structure", ["BodyStructure"], one => Values(one.BodySite, BodyStructure).OfType<ResourceReference>(), Mii + "body-structure",
            "The body structure observed. The published expression reads an R5 extension of Observation; read as the extension bodySite of Observation.bodySite, as the profile has it."),
        Row.Reference("part-of", ["ImagingStudy", "Procedure", "MedicationAdministration", "MedicationStatement", "MedicationDispense", "Immunization"], one => one.PartOf, Of + "part-of", "What the observation is part of."),
        Row.Code("status", one => [one.StatusElement], Of + "status", "Status of the observation."),
        Row.Token("category", one => one.Category, Of + "category", "Category of the observation."),
        Row.Token("code", one => [one.Code], Hl7 + "clinical-code", "What was observed."),
        Row.Patient(one => one.Subject, Hl7 + "clinical-patient"),
        Row.Reference("subject", ["Patient", "Group", "Device", "Location"], one => [one.Subject], Of + "subject", "Who or what was observed."),
        Row.Date("issued", one => [one.IssuedElement], Mii + "issued", "When the observation was issued."),
        Row.Date("date", one => [one.Effective], Hl7 + "clinical-date", "When the observation was true."),
        Row.Token("value-concept", one => [one.Value as CodeableConcept], Of + "value-concept", "The value, as a code."),
        Row.Date("value-date", one => [one.Value as FhirDateTime, one.Value as Period], Of + "value-date", "The value, as a date or period."),
        Row.Quantity("value-quantity", one => [one.Value as Quantity, one.Value as SampledData], Of + "value-quantity", "The value, as a quantity."),
        Row.String("value-string", one => [one.Value as FhirString, (one.Value as CodeableConcept)?.TextElement], Of + "value-string", "The value, as text."),
        Row.Token("body-site", one => [one.BodySite], Mii + "bodysite", "The site observed; :below finds the parts of a region.") with { IsBodySite = true },
        Row.Reference("has-member", ["Observation", "MolecularSequence", "QuestionnaireResponse"], one => one.HasMember, Of + "has-member", "Members of the group."),
        Row.Reference("derived-from", ["ImagingStudy", "Observation", "Media", "MolecularSequence", "QuestionnaireResponse", "DocumentReference"], one => one.DerivedFrom, Of + "derived-from", "What the observation was derived from."),
        Row.Token("method", one => [one.Method], Of + "method", "How it was observed."),
        Row.Composite("code-value-concept", [Code, new("value-concept", SearchKind.Token)], one => [Concept(one)], Of + "code-value-concept", "Code and coded value."),
        Row.Composite("code-value-date", [Code, new("value-date", SearchKind.Date)], one => [[[one.Code], [one.Value as FhirDateTime, one.Value as Period]]], Of + "code-value-date", "Code and date."),
        Row.Composite("code-value-quantity", [Code, new("value-quantity", SearchKind.Quantity)], one => [Quantity(one)], Of + "code-value-quantity", "Code and quantity."),
        Row.Composite("code-value-string", [Code, new("value-string", SearchKind.Text)], one => [[[one.Code], [one.Value as FhirString]]], Of + "code-value-string", "Code and text."),
        Row.Token("combo-code", one => [one.Code, .. one.Component.Select(part => part.Code)], Of + "combo-code", "Code of the observation or of a component."),
        Row.Composite("combo-code-value-concept", [ComboCode, new("combo-value-concept", SearchKind.Token)], one => [Concept(one), .. one.Component.Select(Concept)], Of + "combo-code-value-concept",
            "Code and coded value of the observation or of one component."),
        Row.Composite("combo-code-value-quantity", [ComboCode, new("combo-value-quantity", SearchKind.Quantity)], one => [Quantity(one), .. one.Component.Select(Quantity)], Of + "combo-code-value-quantity",
            "Code and quantity of the observation or of one component."),
        Row.Token("combo-value-concept", one => [one.Value as CodeableConcept, .. one.Component.Select(part => part.Value as CodeableConcept)], Of + "combo-value-concept",
            "Coded value of the observation or of a component."),
        Row.Quantity("combo-value-quantity", one => [one.Value as Quantity, one.Value as SampledData, .. one.Component.SelectMany(Measured)], Of + "combo-value-quantity",
            "Quantity of the observation or of a component."),
        Row.Token("component-code", one => one.Component.Select(part => part.Code), Of + "component-code", "Code of a component."),
        Row.Composite("component-code-value-concept", [ComponentCode, new("component-value-concept", SearchKind.Token)], one => one.Component.Select(Concept), Of + "component-code-value-concept",
            "Code and coded value of one component."),
        Row.Composite("component-code-value-quantity", [ComponentCode, new("component-value-quantity", SearchKind.Quantity)], one => one.Component.Select(Quantity), Of + "component-code-value-quantity",
            "Code and quantity of one component."),
        Row.Token("component-value-concept", one => one.Component.Select(part => part.Value as CodeableConcept), Of + "component-value-concept", "Coded value of a component."),
        Row.Quantity("component-value-quantity", one => one.Component.SelectMany(Measured), Of + "component-value-quantity", "Quantity of a component."),
    ];

    static IReadOnlyList<IEnumerable<Base?>> Concept(Observation one) => [[one.Code], [one.Value as CodeableConcept]];

    static IReadOnlyList<IEnumerable<Base?>> Concept(Observation.ComponentComponent part) => [[part.Code], [part.Value as CodeableConcept]];

    static IReadOnlyList<IEnumerable<Base?>> Quantity(Observation one) => [[one.Code], [one.Value as Quantity]];

    static IReadOnlyList<IEnumerable<Base?>> Quantity(Observation.ComponentComponent part) => [[part.Code], [part.Value as Quantity]];

    static IEnumerable<Base?> Measured(Observation.ComponentComponent part) => [part.Value as Quantity, part.Value as SampledData];

    static IEnumerable<Base?> Values(IExtendable? element, string extension) => element?.Extension.Where(one => one.Url == extension).Select(one => one.Value) ?? [];
}
