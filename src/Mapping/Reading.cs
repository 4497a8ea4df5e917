using System.Globalization;
using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.Mapping;

/// <summary>
/// How a row's text is taken from a data set: null absent, "" present without a value, else values joined by backslash. The row's places (functional
/// groups) are asked in order where its path states nothing.
/// </summary>
/// <param name="Text">Words for docs/mapping.md.</param>
/// <param name="Read">The value at the row's path.</param>
/// <param name="ReadPlace">The value at one of its places.</param>
public sealed record Reading(string Text, Func<DataSet, TagPath, string?> Read, Func<DataSet, TagPath, string?> ReadPlace)
{
    /// <summary>Stands for a value that the frames of one instance disagree about: it is not a single value, and not absent either.</summary>
    public const string Varied = "\u2260";

    /// <summary>Longest text kept of one row. The longest VR with a bound that is mapped, LO, has 64 characters a value (PS3.5 table 6.2-1).</summary>
    const int Longest = 1024;

    /// <summary>Distinct values kept of all frames: sides and yes or no have two or three.</summary>
    const int MostDistinct = 8;

    /// <summary>All values; below a sequence the first value of each innermost item. Of frames the value common to all that state one.</summary>
    public static Reading Values { get; } = new("values", (data, path) => Cut(ReadValues(data, path)), (data, path) => Cut(Common(data, path)));

    /// <summary>As <see cref="Values"/>, but uncut: what tells patients apart or names them is never shortened.</summary>
    public static Reading Whole { get; } = new("values", ReadValues, Common);

    /// <summary>Number of items of a sequence; "" for an empty one.</summary>
    public static Reading ItemCount { get; } = Of("number of items", (data, path) => Items(data, path.Tags.AsSpan()));

    /// <summary>The first value that any item states.</summary>
    public static Reading First { get; } = Of("first item", (data, path) => Cut(All(data, path) is var all && all.Count == 0 ? null : all.FirstOrDefault(text => text.Length > 0, "")));

    /// <summary>The distinct values of all items and frames in ordinal order.</summary>
    public static Reading Union { get; } = Of("distinct values", (data, path) => Cut(Distinct(data, path) is { } distinct ? string.Join('\\', distinct.Take(MostDistinct)) : null));

    /// <summary>A reading of its own for the content tree of a report.</summary>
    internal static Reading Of(string text, Func<DataSet, TagPath, string?> read) => new(text, read, read);

    /// <summary>The row's text: at its path, else at the first of its places that states one.</summary>
    internal string? Find(DataSet data, TagRow row)
    {
        var text = Read(data, row.Path);
        foreach (var place in row.Places)
        {
            if (!string.IsNullOrEmpty(text)) return text;
            if (data.Contains(place.Tags[0])) text = ReadPlace(data, place) ?? text;
        }

        return text;
    }

    static string? ReadValues(DataSet data, TagPath path)
    {
        var tags = path.Tags.AsSpan();
        if (tags.Length == 1) return data.Find(tags[0]) is { } element ? Joined(element) : null;
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

    /// <summary>The value that all items on the path which state one agree on, multi-values whole; <see cref="Varied"/> when they do not.</summary>
    static string? Common(DataSet data, TagPath path)
    {
        string? common = null;
        foreach (var text in All(data, path))
        {
            if (text.Length == 0) common ??= "";
            else if (string.IsNullOrEmpty(common)) common = text;
            else if (text != common) return Varied;
        }

        return common;
    }

    static IEnumerable<string>? Distinct(DataSet data, TagPath path) =>
        All(data, path) is { Count: > 0 } all
            ? all.SelectMany(text => text.Split('\\')).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            : null;

    /// <summary>The text of the element in every item that has it.</summary>
    static List<string> All(DataSet data, TagPath path)
    {
        List<string> found = [];
        Walk(data, path.Tags.AsSpan(), found);
        return found;
    }

    static void Walk(DataSet data, ReadOnlySpan<Tag> tags, List<string> found)
    {
        if (tags.Length == 1)
        {
            if (data.Find(tags[0]) is { } element) found.Add(Joined(element));
            return;
        }

        foreach (var item in data.Items(tags[0])) Walk(item, tags[1..], found);
    }

    static string Joined(Element element) => string.Join('\\', element.Values.Select(FhirText.Clean));

    static string? Items(DataSet data, ReadOnlySpan<Tag> tags) =>
        data.Find(tags[0]) is not { } element ? null
        : element.Items.Count == 0 ? ""
        : element.Items.Count.ToString(CultureInfo.InvariantCulture);

    static string? Cut(string? text) => text is null ? null : FhirText.Cut(text, Longest);
}
