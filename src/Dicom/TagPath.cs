using System.Collections.Immutable;

namespace Dicom2Fhir.Dicom;

/// <summary>Where an attribute stands: sequence tags from the root down, the attribute last: "(0054,0016)>(0018,1074)".</summary>
public sealed class TagPath : IEquatable<TagPath>
{
    TagPath(ImmutableArray<Tag> tags) => Tags = tags;

    public ImmutableArray<Tag> Tags { get; }

    /// <summary>The attribute itself.</summary>
    public Tag Leaf => Tags[^1];

    /// <summary>Reads tags in any spelling of <see cref="Tag.Parse"/> joined by '>'.</summary>
    public static TagPath Parse(string text) => new([.. text.Split('>').Select(Tag.Parse)]);

    public bool Equals(TagPath? other) => other is not null && Tags.AsSpan().SequenceEqual(other.Tags.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as TagPath);

    public override int GetHashCode() => Tags.Aggregate(0, (hash, tag) => HashCode.Combine(hash, tag.Value));

    public override string ToString() => string.Join('>', Tags);
}
