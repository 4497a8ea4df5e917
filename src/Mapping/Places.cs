using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.Mapping;

/// <summary>
/// Where enhanced multi-frame objects keep an attribute (PS3.3 C.7.6.16): in a macro of the shared functional groups, else of every frame's; legacy
/// converted objects (PS3.3 C.7.6.16.2.24) keep what has no macro as unassigned attributes.
/// </summary>
static class Places
{
    const string Shared = "5200,9229>";
    const string PerFrame = "5200,9230>";
    const string UnassignedShared = "0020,9170>";
    const string UnassignedPerFrame = "0020,9171>";

    public static IReadOnlyList<TagPath> Of(params string[] paths) => [.. paths.Select(TagPath.Parse)];

    /// <summary>The attribute in these macros, then among the unassigned attributes.</summary>
    public static IReadOnlyList<TagPath> Frames(string attribute, params string[] macros) => Of(
    [
        .. macros.SelectMany(macro => (string[])[$"{Shared}{macro}>{attribute}", $"{PerFrame}{macro}>{attribute}"]),
        Shared + UnassignedShared + attribute, PerFrame + UnassignedPerFrame + attribute,
    ]);
}
