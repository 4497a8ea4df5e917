namespace Dicom2Fhir.Store.Search.Parameters;

/// <summary>Our own SearchParameters.</summary>
static class OwnParameters
{
    /// <summary>Start of our own canonicals; a unit test holds it against that of the conformance rules.</summary>
    internal const string Own = "https://dicom2fhir.org/fhir";

    public static string Canonical(string name) => $"{Own}/SearchParameter/{name}";
}
