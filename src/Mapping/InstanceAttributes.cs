namespace Dicom2Fhir.Mapping;

/// <summary>
/// What one instance contributes: its three UIDs and one text per row of <see cref="TagMap"/>. Values are text joined by backslash; "" is present
/// without a value; null is absent.
/// </summary>
public sealed class InstanceAttributes(string studyUid, string seriesUid, string sopUid, IReadOnlyList<string?> values)
{
    public string StudyUid { get; } = studyUid;

    public string SeriesUid { get; } = seriesUid;

    public string SopUid { get; } = sopUid;

    /// <summary>By <see cref="TagRow.Index"/>; as long as <see cref="TagMap.All"/>.</summary>
    public IReadOnlyList<string?> Values { get; } = values;

    public string? this[TagRow row] => Values[row.Index];

    /// <summary>A copy in which each value went through <paramref name="change"/> (pseudonyms, scrubbing) before anything is kept.</summary>
    public InstanceAttributes With(Func<TagRow, string?, string?> change) =>
        new(StudyUid, SeriesUid, SopUid, [.. TagMap.All.Select(row => change(row, Values[row.Index]))]);
}
