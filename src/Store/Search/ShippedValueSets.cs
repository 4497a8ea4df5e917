namespace Dicom2Fhir.Store.Search;

/// <summary>Value sets that need no package: none. The facade gives those of the loaded packages.</summary>
static class ShippedValueSets
{
    public static IReadOnlyList<TokenValue>? Find(string canonical) => null;
}
