using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Dicom2Fhir.Mapping;

/// <summary>
/// What one instance contributes: one text per row of <see cref="TagMap"/>, the three UIDs among them. Values are text joined by backslash; "" is
/// present without a value; null is absent.
/// </summary>
public sealed class InstanceAttributes
{
    readonly string?[] values;

    /// <param name="values">By <see cref="TagRow.Index"/>; as long as <see cref="TagMap.All"/>, with the three UIDs.</param>
    public InstanceAttributes(IReadOnlyList<string?> values)
    {
        this.values = [.. values];
        if (this.values.Length != TagMap.All.Count) throw new ArgumentException("one value per row of the tag table", nameof(values));
        StudyUid = Uid(TagMap.StudyInstanceUid);
        SeriesUid = Uid(TagMap.SeriesInstanceUid);
        SopUid = Uid(TagMap.SopInstanceUid);
    }

    /// <summary>As the other constructor, with the UIDs named.</summary>
    public InstanceAttributes(string studyUid, string seriesUid, string sopUid, IReadOnlyList<string?> values)
        : this(WithUids(studyUid, seriesUid, sopUid, values))
    {
    }

    public string StudyUid { get; }

    public string SeriesUid { get; }

    public string SopUid { get; }

    /// <summary>By <see cref="TagRow.Index"/>; as long as <see cref="TagMap.All"/>.</summary>
    public IReadOnlyList<string?> Values => values;

    public string? this[TagRow row] => values[row.Index];

    /// <summary>
    /// SHA-256 over path and value of every row that has one, in path order: the same header has the same hash after rows were added.
    /// </summary>
    public byte[] Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in TagMap.ByPath)
        {
            if (values[row.Index] is not { } value) continue;
            Append(hash, row.PathText);
            Append(hash, value);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>True when every row has the same value.</summary>
    public bool SameAs(InstanceAttributes other) => values.AsSpan().SequenceEqual(other.values);

    /// <summary>
    /// A copy in which each value went through <paramref name="change"/> (pseudonyms, scrubbing) before anything is kept. The UIDs are rows too, so
    /// pseudonymised UIDs are those of the copy.
    /// </summary>
    public InstanceAttributes With(Func<TagRow, string?, string?> change) =>
        new([.. TagMap.All.Select(row => change(row, values[row.Index]))]);

    string Uid(TagRow row) =>
        values[row.Index] is { Length: > 0 } uid ? uid : throw new ArgumentException($"no {row.Keyword}", nameof(row));

    static string?[] WithUids(string studyUid, string seriesUid, string sopUid, IReadOnlyList<string?> values)
    {
        string?[] all = [.. values];
        all[TagMap.StudyInstanceUid.Index] = studyUid;
        all[TagMap.SeriesInstanceUid.Index] = seriesUid;
        all[TagMap.SopInstanceUid.Index] = sopUid;
        return all;
    }

    static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
