namespace Dicom2Fhir.Mapping;

/// <summary>All instances of one series as kept in the database, in ordinal SOP UID order.</summary>
public sealed class SeriesAttributes
{
    readonly InstanceAttributes[] instances;

    /// <param name="ordered">In ordinal order of distinct SOP UIDs; at least one.</param>
    internal SeriesAttributes(InstanceAttributes[] ordered)
    {
        if (ordered.Length == 0) throw new ArgumentException("a series has instances", nameof(ordered));
        instances = ordered;
        if (ordered.Any(one => one.StudyUid != StudyUid || one.SeriesUid != SeriesUid))
            throw new ArgumentException("instances of one series", nameof(ordered));
        for (var index = 1; index < ordered.Length; index++)
        {
            if (string.CompareOrdinal(ordered[index - 1].SopUid, ordered[index].SopUid) >= 0)
                throw new ArgumentException("distinct SOP UIDs", nameof(ordered));
        }
    }

    public string StudyUid => instances[0].StudyUid;

    public string SeriesUid => instances[0].SeriesUid;

    /// <summary>In ordinal SOP UID order; never empty.</summary>
    public IReadOnlyList<InstanceAttributes> Instances => instances;

    /// <summary>Builds a series from its instances; SOP UIDs are distinct.</summary>
    /// <exception cref="ArgumentException">No instance, instances of several series, or a SOP UID twice.</exception>
    public static SeriesAttributes Of(IEnumerable<InstanceAttributes> instances) =>
        new([.. instances.OrderBy(instance => instance.SopUid, StringComparer.Ordinal)]);

    /// <summary>Adds instances in the given order; a known SOP UID with other attributes is replaced (design decision 14).</summary>
    /// <returns>The new series and, in the order of the input, what became of each instance.</returns>
    /// <exception cref="ArgumentException">An instance belongs to another series.</exception>
    public (SeriesAttributes Series, IReadOnlyList<InstanceChange> Changes) Merge(IReadOnlyList<InstanceAttributes> later)
    {
        var bySopUid = instances.ToDictionary(instance => instance.SopUid, StringComparer.Ordinal);
        List<InstanceChange> changes = new(later.Count);
        foreach (var instance in later)
        {
            changes.Add(
                !bySopUid.TryGetValue(instance.SopUid, out var known) ? InstanceChange.Added
                : known.SameAs(instance) ? InstanceChange.Unchanged
                : InstanceChange.Replaced);
            if (changes[^1] != InstanceChange.Unchanged) bySopUid[instance.SopUid] = instance;
        }

        return (changes.TrueForAll(change => change == InstanceChange.Unchanged) ? this : Of(bySopUid.Values), changes);
    }

    /// <summary>Compressed bytes for the database; equal series give equal bytes.</summary>
    public byte[] Encode() => SeriesCodec.Encode(this);

    /// <exception cref="InvalidDataException">The bytes are not of <see cref="Encode"/>.</exception>
    public static SeriesAttributes Decode(ReadOnlySpan<byte> bytes) => SeriesCodec.Decode(bytes);
}

public enum InstanceChange
{
    Added,
    Replaced,
    Unchanged,
}
