namespace Dicom2Fhir.UnitTests.Conformance;

/// <summary>Where our statement of the module differs from the published one on purpose, with the reason.</summary>
static class KnownGaps
{
    /// <summary>Lines of the rule tree (profile and line) that only one side has.</summary>
    public static readonly IReadOnlyDictionary<string, string> Lines = new Dictionary<string, string>(StringComparer.Ordinal);
}
