using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Dicom2Fhir.UnitTests.Dicom;

/// <summary>Writes explicit or implicit little endian elements for tests.</summary>
sealed class DataSetBytes(bool isExplicit = true)
{
    readonly ArrayBufferWriter<byte> bytes = new();

    public DataSetBytes Text(uint tag, string vr, string value) => Value(tag, vr, Encoding.Latin1.GetBytes(value));

    public DataSetBytes Value(uint tag, string vr, byte[] value) => Header(tag, vr, (uint)value.Length).Raw(value);

    public DataSetBytes Header(uint tag, string vr, uint length)
    {
        Tag(tag);
        if (isExplicit) Raw(Encoding.ASCII.GetBytes(vr));
        if (isExplicit && vr is not ("SQ" or "UN" or "OB" or "OW" or "UT" or "UC")) return Raw([(byte)length, (byte)(length >> 8)]);
        if (isExplicit) Raw([0, 0]);
        return Length(length);
    }

    public DataSetBytes Item(uint length)
    {
        Tag(0xFFFEE000);
        return Length(length);
    }

    public DataSetBytes Delimiter(uint tag)
    {
        Tag(tag);
        return Length(0);
    }

    public DataSetBytes Raw(ReadOnlySpan<byte> value)
    {
        bytes.Write(value);
        return this;
    }

    /// <summary>A usable header: the SOP Instance UID before, Study and Series UID behind what is between.</summary>
    public static byte[] Around(Action<DataSetBytes> between, bool isExplicit = true, string? characterSet = null)
    {
        DataSetBytes data = new(isExplicit);
        if (characterSet is not null) data.Text(0x00080005, "CS", characterSet);
        data.Text(0x00080018, "UI", "1.2.3\0");
        between(data);
        return data.Text(0x0020000D, "UI", "1.2.4\0").Text(0x0020000E, "UI", "1.2.5\0").ToArray();
    }

    public byte[] ToArray() => bytes.WrittenSpan.ToArray();

    DataSetBytes Length(uint length)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(four, length);
        return Raw(four);
    }

    void Tag(uint tag) => Raw([(byte)(tag >> 16), (byte)(tag >> 24), (byte)tag, (byte)(tag >> 8)]);
}
