using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>Conversions to elements of ImagingStudy.series.instance.</summary>
static class InstanceElements
{
    public static Conversion Uid { get; } = new Conversion.OfInstance(
        "The plain UID.", (instance, row) => instance.Target.Uid = instance.Scope.Instances[0][row]);

    public static Conversion SopClass { get; } = new Conversion.OfInstance(
        "Code urn:oid: with the UID, system urn:ietf:rfc:3986. Instances without one are counted, not listed.",
        (instance, row) => instance.Target.SopClass = new Coding(CodeSystems.Uri, CodeSystems.OidPrefix + instance.Scope.Instances[0][row]));

    public static Conversion Number { get; } = new Conversion.OfInstance(
        "unsignedInt.", (instance, row) => instance.Target.Number = instance.Scope.Smallest(row));
}
