namespace Dicom2Fhir.Mapping;

/// <summary>
/// All instances of one series as kept in the database: attributes equal in all instances once, the others as columns in ordinal SOP UID order.
/// </summary>
public sealed class SeriesAttributes
{
    public string StudyUid => throw new NotImplementedException();

    public string SeriesUid => throw new NotImplementedException();

    public IReadOnlyList<InstanceAttributes> Instances => throw new NotImplementedException();

    /// <summary>Builds a series from its instances; SOP UIDs are distinct.</summary>
    public static SeriesAttributes Of(IEnumerable<InstanceAttributes> instances) => throw new NotImplementedException();

    /// <summary>Adds instances in the given order; a known SOP UID with other attributes is replaced (design decision 14).</summary>
    /// <returns>The new series and, in the order of the input, what became of each instance.</returns>
    public (SeriesAttributes Series, IReadOnlyList<InstanceChange> Changes) Merge(IReadOnlyList<InstanceAttributes> later) =>
        throw new NotImplementedException();

    /// <summary>Compressed bytes for the database; equal series give equal bytes.</summary>
    public byte[] Encode() => throw new NotImplementedException();

    /// <exception cref="InvalidDataException">The bytes are not of <see cref="Encode"/>.</exception>
    public static SeriesAttributes Decode(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
}

public enum InstanceChange
{
    Added,
    Replaced,
    Unchanged,
}
