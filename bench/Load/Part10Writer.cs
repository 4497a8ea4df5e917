using System.Buffers.Binary;
using System.Text;

namespace Dicom2Fhir.Load;

/// <summary>Writes header-only Part 10 files (PS3.10 section 7): just enough for data this project makes itself.</summary>
sealed class Part10Writer(bool isExplicit, Encoding encoding)
{
    const string ImplicitLittle = "1.2.840.10008.1.2";
    const string ExplicitLittle = "1.2.840.10008.1.2.1";

    readonly SortedDictionary<uint, (string Vr, byte[] Value)> elements = [];

    /// <summary>Sets a text element; null leaves it out, "" writes it empty.</summary>
    public Part10Writer Set(uint tag, string vr, string? value)
    {
        // CS has no umlauts by the standard; devices write them all the same, and so do the samples
        if (value is not null) elements[tag] = (vr, Pad(encoding.GetBytes(value), vr == "UI" ? (byte)0 : (byte)' '));
        return this;
    }

    public Part10Writer Remove(uint tag)
    {
        elements.Remove(tag);
        return this;
    }

    public Part10Writer SetNumber(uint tag, string vr, double value)
    {
        var bytes = new byte[vr == "FD" ? 8 : vr == "UL" ? 4 : 2];
        if (vr == "FD") BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        else if (vr == "UL") BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value);
        else BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        elements[tag] = (vr, bytes);
        return this;
    }

    public Part10Writer SetBytes(uint tag, string vr, byte[] value)
    {
        elements[tag] = (vr, value);
        return this;
    }

    /// <summary>Sets a sequence of items, each written by a writer of the same kind.</summary>
    public Part10Writer SetItems(uint tag, params Part10Writer[] items)
    {
        using var content = new MemoryStream();
        foreach (var item in items)
        {
            var body = item.DataSet();
            content.Write([0xFE, 0xFF, 0x00, 0xE0, .. Length(body.Length), .. body]);
        }

        elements[tag] = ("SQ", content.ToArray());
        return this;
    }

    public Part10Writer Item() => new(isExplicit, encoding);

    /// <summary>The whole file.</summary>
    public byte[] ToFile()
    {
        var meta = new Part10Writer(true, Encoding.ASCII)
            .Set(0x00020002, "UI", Text(0x00080016)).Set(0x00020003, "UI", Text(0x00080018)).Set(0x00020010, "UI", isExplicit ? ExplicitLittle : ImplicitLittle)
            .Set(0x00020012, "UI", "2.25.151310237049361284703957120318826390561").DataSet();
        var group = new Part10Writer(true, Encoding.ASCII).SetNumber(0x00020000, "UL", meta.Length).DataSet();
        return [.. new byte[128], .. "DICM"u8, .. group, .. meta, .. DataSet()];
    }

    string Text(uint tag) => Encoding.ASCII.GetString(elements[tag].Value).TrimEnd('\0');

    byte[] DataSet()
    {
        using var output = new MemoryStream();
        foreach (var (tag, (vr, value)) in elements)
        {
            output.Write([(byte)(tag >> 16), (byte)(tag >> 24), (byte)tag, (byte)(tag >> 8)]);
            if (!isExplicit) output.Write(Length(value.Length));
            // VRs with a length of 32 bits (PS3.5 section 7.1.2)
            else if (vr is "SQ" or "UN" or "UT" or "UC" or "UR") output.Write([.. Encoding.ASCII.GetBytes(vr), 0, 0, .. Length(value.Length)]);
            else output.Write([.. Encoding.ASCII.GetBytes(vr), (byte)value.Length, (byte)(value.Length >> 8)]);
            output.Write(value);
        }

        return output.ToArray();
    }

    static byte[] Length(int length) => BitConverter.GetBytes(length);

    static byte[] Pad(byte[] value, byte padding) => value.Length % 2 == 0 ? value : [.. value, padding];
}
