using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.Mapping;

/// <summary>How a row's text is taken from a data set: null absent, "" present without a value, else values joined by backslash.</summary>
/// <param name="Text">Words for docs/mapping.md.</param>
public sealed record Reading(string Text, Func<DataSet, TagPath, string?> Read)
{
    /// <summary>Longest text kept of one row. The longest VR with a bound that is mapped, LO, has 64 characters a value (PS3.5 table 6.2-1).</summary>
    const int Longest = 1024;

    /// <summary>All values; below a sequence the first value of each innermost item.</summary>
    public static Reading Values { get; } = new("values", (data, path) => Cut(ReadValues(data, path)));

    /// <summary>As <see cref="Values"/>, but uncut: what tells patients apart or names them is never shortened.</summary>
    public static Reading Whole { get; } = new("values", ReadValues);

    /// <summary>Number of items of a sequence; "" for an empty one.</summary>
    public static Reading ItemCount { get; } = new("number of items", (data, path) => Items(data, path.Tags.AsSpan()));

    static string? ReadValues(DataSet data, TagPath path)
    {
        var tags = path.Tags.AsSpan();
        if (tags.Length == 1)
            return data.Find(tags[0]) is { } element ? string.Join('\\', element.Values.Select(FhirText.Clean)) : null;
        List<string?> parts = [];
        Collect(data, tags, parts);
        return parts.TrueForAll(part => part is null) ? null : string.Join('\\', parts);
    }

    /// <summary>One part an innermost item, null where it lacks the attribute: rows of one sequence stay aligned.</summary>
    static void Collect(DataSet data, ReadOnlySpan<Tag> tags, List<string?> parts)
    {
        if (tags.Length == 1)
        {
            parts.Add(data.Find(tags[0]) is { } element ? FhirText.Clean(element.Values is [var first, ..] ? first : null) : null);
            return;
        }

        if (data.Items(tags[0]) is not { Count: > 0 } items) parts.Add(null);
        else foreach (var item in items) Collect(item, tags[1..], parts);
    }

    static string? Items(DataSet data, ReadOnlySpan<Tag> tags) =>
        data.Find(tags[0]) is not { } element ? null
        : element.Items.Count == 0 ? ""
        : element.Items.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);

    static string? Cut(string? text) => text is null ? null : FhirText.Cut(text, Longest);
}
