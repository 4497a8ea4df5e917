namespace Dicom2Fhir.Mapping;

/// <summary>Items of a code sequence (PS3.3 section 8) from the two rows with their code values and scheme designators, one part an item.</summary>
static class CodedItems
{
    /// <summary>Code and scheme of each item that has both; a code without a scheme means nothing.</summary>
    public static IEnumerable<(string Code, string Scheme)> Of(string? codes, string? schemes) =>
        (codes ?? "").Split('\\')
            .Zip((schemes ?? "").Split('\\'), (code, scheme) => (Code: FhirText.Clean(code), Scheme: FhirText.Clean(scheme)))
            .Where(item => item.Code.Length > 0 && item.Scheme.Length > 0);
}
