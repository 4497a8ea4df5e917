namespace Dicom2Fhir.Conformance;

/// <summary>Conformance state of a stored resource. Unchecked until the rules of its profile are there.</summary>
public enum Verdict
{
    Unchecked = 0,
    Valid = 1,
    Invalid = 2,
}
