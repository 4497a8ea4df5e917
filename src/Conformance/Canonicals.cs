namespace Dicom2Fhir.Conformance;

/// <summary>Canonicals of this program itself (design decision 21).</summary>
public static class Canonicals
{
    public const string Own = "https://dicom2fhir.org/fhir";

    /// <summary>System of the meta.tag of a resource that breaks its profile and is stored all the same; the code is "nonconformant".</summary>
    public const string ConformanceTag = Own + "/CodeSystem/conformance";
}
