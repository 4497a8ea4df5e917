using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search.Parameters;

/// <summary>Rows of MedicationAdministration (the contrast agent given) and Medication.</summary>
static class MedicationParameters
{
    const string Hl7 = DefinedBy.Hl7;

    static readonly ParameterRows<MedicationAdministration> Given = new(ServedType.MedicationAdministration);
    static readonly ParameterRows<Medication> Medication = new(ServedType.Medication);

    public static IReadOnlyList<SearchParameter> Rows { get; } =
    [
        Given.Identifier(one => one.Identifier, Hl7 + "clinical-identifier", "Identifier of the administration."),
        Given.Code("status", one => [one.StatusElement], Hl7 + "medications-status", "Status of the administration."),
        Given.Reference("medication", ["Medication"], one => [one.Medication as ResourceReference], Hl7 + "medications-medication",
            "The Medication given; medication.code also reads a code that stands inline.") with { Inline = "code" },
        Given.Token("code", one => [one.Medication as CodeableConcept], Hl7 + "clinical-code", "Code of the agent where it stands inline; index writes it so."),
        Given.Patient(one => one.Subject, Hl7 + "clinical-patient"),
        Given.Reference("subject", ["Patient", "Group"], one => [one.Subject], Hl7 + "MedicationAdministration-subject", "Who got it."),
        Given.Date("effective-time", one => [one.Effective], Hl7 + "MedicationAdministration-effective-time", "When it was given."),
        Given.Quantity("dose-quantity", one => [one.Dosage?.Dose], DefinedBy.Mii + "medication-dosage-dosequantity", "Amount given."),

        Medication.Identifier(one => one.Identifier, Hl7 + "Medication-identifier", "Identifier of the medication."),
        Medication.Token("code", one => [one.Code], Hl7 + "clinical-code", "Code of the medication."),
        Medication.Code("status", one => [one.StatusElement], Hl7 + "Medication-status", "Status of the medication."),
    ];
}
