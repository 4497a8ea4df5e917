using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.Mapping;

/// <summary>How a row's text is taken from a data set: null absent, "" present without a value, else values joined by backslash.</summary>
/// <param name="Text">Words for docs/mapping.md.</param>
public sealed record Reading(string Text, Func<DataSet, TagPath, string?> Read)
{
    /// <summary>Longest text kept of one row. The longest VR with a bound that is mapped, LO, has 64 characters a value (PS3.5 table 6.2-1).</summary>
    const int Longest = 1024;

    /// <summary>All values; below a sequence the first value of each item.</summary>
    public static Reading Values { get; } = new("values", (data, path) => Cut(ReadValues(data, path)));

    /// <summary>As <see cref="Values"/>, but uncut: what tells patients apart or names them is never shortened.</summary>
    public static Reading Whole { get; } = new("values", ReadValues);

    /// <summary>Number of items of a sequence; "" for an empty one.</summary>
    public static Reading ItemCount { get; } = new("number of items", (data, path) => Items(data, path.Tags.AsSpan()));

    static string? ReadValues(DataSet data, TagPath path) => Element(data, path.Tags.AsSpan());

    static string? Element(DataSet data, ReadOnlySpan<Tag> tags)
    {
        if (data.Find(tags[0]) is not { } element) return null;
        if (tags.Length == 1) return string.Join('\\', element.Values.Select(FhirText.Clean));
        var rest = tags[1..];
        var found = new List<string>(element.Items.Count);
        var any = false;
        foreach (var item in element.Items)
        {
            var text = Element(item, rest);
            any |= text is not null;
            found.Add(text is null ? "" : text.Split('\\')[0]);
        }

        return any ? string.Join('\\', found) : null;
    }

    static string? Items(DataSet data, ReadOnlySpan<Tag> tags) =>
        data.Find(tags[0]) is not { } element ? null
        : element.Items.Count == 0 ? ""
        : element.Items.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);

    static string? Cut(string? text) => text is null ? null : FhirText.Cut(text, Longest);
}
