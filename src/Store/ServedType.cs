namespace Dicom2Fhir.Store;

/// <summary>A resource type the store keeps and the facade serves. Numbers stand in the database: never change or reuse one.</summary>
public sealed record ServedType(short Number, string Name)
{
    public static ServedType ImagingStudy { get; } = new(1, "ImagingStudy");
    public static ServedType Device { get; } = new(2, "Device");
    public static ServedType MedicationAdministration { get; } = new(3, "MedicationAdministration");
    public static ServedType Procedure { get; } = new(4, "Procedure");
    public static ServedType ServiceRequest { get; } = new(5, "ServiceRequest");
    public static ServedType DiagnosticReport { get; } = new(6, "DiagnosticReport");
    public static ServedType Observation { get; } = new(7, "Observation");
    public static ServedType BodyStructure { get; } = new(8, "BodyStructure");
    public static ServedType CarePlan { get; } = new(9, "CarePlan");
    public static ServedType Composition { get; } = new(10, "Composition");
    public static ServedType Medication { get; } = new(11, "Medication");
    public static ServedType Patient { get; } = new(12, "Patient");

    public static IReadOnlyList<ServedType> All { get; } =
    [
        ImagingStudy, Device, MedicationAdministration, Procedure, ServiceRequest, DiagnosticReport, Observation, BodyStructure, CarePlan,
        Composition, Medication, Patient,
    ];

    /// <summary>Null for a type that is not served; names are case sensitive.</summary>
    public static ServedType? Find(string name) => All.FirstOrDefault(type => type.Name == name);

    public static ServedType Find(short number) => All.First(type => type.Number == number);
}
