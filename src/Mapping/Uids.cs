namespace Dicom2Fhir.Mapping;

/// <summary>UIDs as the product takes them.</summary>
public static class Uids
{
    /// <summary>Digits and dots, at most 64; components with leading zeros occur in real archives and pass.</summary>
    public static bool IsUid(string text) => Extraction.IsUid(text);
}
