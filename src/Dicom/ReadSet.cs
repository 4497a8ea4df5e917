namespace Dicom2Fhir.Dicom;

/// <summary>
/// Which attributes the reader keeps; everything else is skipped without decoding. A tree: one set for the root data set, one for the items of
/// each wanted sequence.
/// </summary>
public sealed class ReadSet
{
    static readonly ReadSet Nothing = new([], []);

    readonly uint[]? tags;
    readonly ReadSet[] items;

    ReadSet(uint[]? tags, ReadSet[] items)
    {
        this.tags = tags;
        this.items = items;
        Last = tags is null or [] ? null : Tag.Of(tags[^1]);
    }

    /// <summary>Keeps every element at every depth.</summary>
    public static ReadSet All { get; } = new(null, []);

    /// <summary>Keeps the named attributes and the sequences on the way to them.</summary>
    public static ReadSet Of(IEnumerable<TagPath> paths) => Build(paths.Select(path => path.Tags.AsMemory()));

    /// <summary>The greatest wanted tag of this level: a reader of an ordered root data set may stop behind it. Null for <see cref="All"/>.</summary>
    public Tag? Last { get; }

    /// <summary>True when the element is to be decoded (or, for a sequence, entered).</summary>
    public bool Contains(Tag tag) => tags is null || Array.BinarySearch(tags, tag.Value) >= 0;

    /// <summary>The read set of the items of a sequence that <see cref="Contains"/>.</summary>
    public ReadSet Items(Tag sequence)
    {
        if (tags is null) return All;
        var at = Array.BinarySearch(tags, sequence.Value);
        return at < 0 ? Nothing : items[at];
    }

    static ReadSet Build(IEnumerable<ReadOnlyMemory<Tag>> paths)
    {
        var groups = paths.Where(path => !path.IsEmpty).GroupBy(path => path.Span[0].Value, path => path[1..]).OrderBy(group => group.Key).ToArray();
        return new([.. groups.Select(group => group.Key)], [.. groups.Select(Build)]);
    }
}
