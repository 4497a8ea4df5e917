using System.Collections.Frozen;

namespace Dicom2Fhir.Dicom;

/// <summary>
/// Which attributes the reader keeps; everything else is skipped without decoding. A tree: one set for the root data set, one for the items of
/// each wanted sequence.
/// </summary>
public sealed class ReadSet
{
    readonly FrozenDictionary<Tag, ReadSet>? wanted;

    ReadSet(FrozenDictionary<Tag, ReadSet>? wanted) => this.wanted = wanted;

    /// <summary>Keeps every element at every depth.</summary>
    public static ReadSet All { get; } = new(null);

    static readonly ReadSet Nothing = new(FrozenDictionary<Tag, ReadSet>.Empty);

    /// <summary>Keeps the named attributes and the sequences on the way to them.</summary>
    public static ReadSet Of(IEnumerable<TagPath> paths) => Build(paths.Select(path => path.Tags.AsMemory()));

    /// <summary>True when the element is to be decoded (or, for a sequence, entered).</summary>
    public bool Contains(Tag tag) => wanted is null || wanted.ContainsKey(tag);

    /// <summary>The read set of the items of a sequence that <see cref="Contains"/>.</summary>
    public ReadSet Items(Tag sequence) => wanted is null ? All : wanted.GetValueOrDefault(sequence, Nothing);

    /// <summary>The greatest wanted tag of this level: a reader of an ordered root data set may stop behind it. Null for <see cref="All"/>.</summary>
    public Tag? Last => wanted is null || wanted.Count == 0 ? null : wanted.Keys.Max();

    static ReadSet Build(IEnumerable<ReadOnlyMemory<Tag>> paths) =>
        new(paths.Where(path => !path.IsEmpty)
            .GroupBy(path => path.Span[0], path => path[1..])
            .ToFrozenDictionary(group => group.Key, group => Build(group)));
}
