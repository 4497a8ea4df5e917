using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search.Parameters;

/// <summary>Rows of Patient, Device and BodyStructure.</summary>
static class SubjectParameters
{
    const string Hl7 = DefinedBy.Hl7;

    static readonly ParameterRows<Patient> Patient = new(ServedType.Patient);
    static readonly ParameterRows<Device> Device = new(ServedType.Device);
    static readonly ParameterRows<BodyStructure> Structure = new(ServedType.BodyStructure);

    public static IReadOnlyList<SearchParameter> Rows { get; } =
    [
        Patient.Identifier(one => one.Identifier, Hl7 + "Patient-identifier", "Identifier of the patient."),
        Patient.Code("gender", one => [one.GenderElement], Hl7 + "individual-gender", "Gender of the patient."),
        Patient.Date("birthdate", one => [one.BirthDateElement], Hl7 + "individual-birthdate", "Date of birth."),

        Device.Identifier(one => one.Identifier, Hl7 + "Device-identifier", "Identifier of the device."),
        Device.String("device-name", one => [.. one.DeviceName.Select(name => name.NameElement), .. (one.Type?.Coding ?? []).Select(coding => coding.DisplayElement), one.Type?.TextElement],
            Hl7 + "Device-device-name", "Name of the device, or words of its type."),
        Device.String("manufacturer", one => [one.ManufacturerElement], Hl7 + "Device-manufacturer", "Manufacturer of the device."),
        Device.String("model", one => [one.ModelNumberElement], Hl7 + "Device-model", "Model of the device."),
        Device.Token("type", one => [one.Type], Hl7 + "Device-type", "Kind of device."),
        Device.Code("status", one => [one.StatusElement], Hl7 + "Device-status", "Status of the device."),

        Structure.Identifier(one => one.Identifier, Hl7 + "BodyStructure-identifier", "Identifier of the body structure."),
        Structure.Token("morphology", one => [one.Morphology], Hl7 + "BodyStructure-morphology", "Kind of structure."),
        Structure.Token("location", one => [one.Location], Hl7 + "BodyStructure-location", "Body site; :below finds the parts of a region.") with { IsBodySite = true },
        Structure.Token("location-qualifier", one => one.LocationQualifier, DefinedBy.Mii + "body-structure-location-qualifier", "Qualifier of the body site."),
        Structure.Reference("patient", ["Patient"], one => [one.Patient], Hl7 + "BodyStructure-patient", "Whose structure it is."),
    ];
}
