using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Indexer.Sources;

/// <summary>
/// A tar file in the formats of POSIX (ustar, PAX), GNU and Unix V7, forward only. The framework's reader takes a buffer as large as a PAX header
/// claims to be; this one takes none before its bytes are there.
/// </summary>
sealed class TarMembers(Stream stream) : Archive
{
    const int Block = 512;

    readonly byte[] header = new byte[Block];
    MemberStream? open;

    /// <summary>True for a first block whose checksum is right.</summary>
    public static bool IsTar(ReadOnlySpan<byte> head)
    {
        if (head.Length < Block || !head[..Block].ContainsAnyExcept((byte)0)) return false;
        if (Number(head.Slice(148, 8)) is not { } stated) return false;
        long unsigned = 0, signed = 0;
        for (var i = 0; i < Block; i++)
        {
            var value = i is >= 148 and < 156 ? (byte)' ' : head[i];
            unsigned += value;
            signed += (sbyte)value;     // old writers added signed bytes
        }

        return stated == unsigned || stated == signed;
    }

    public override Member? Next()
    {
        open?.SkipRest();
        open = null;
        string? longName = null;
        long? paxSize = null;
        while (ReadHeader())
        {
            if (Number(header.AsSpan(124, 12)) is not { } size) throw new InvalidDataException();
            var type = (char)header[156];
            if (type is 'L' or 'K' or 'x' or 'g')
            {
                var text = ReadText(size);
                if (type == 'L') longName = Utf8(text.AsSpan().TrimEnd((byte)0));
                else if (type == 'x') ReadPax(text, ref longName, ref paxSize);
                continue;
            }

            var name = longName ?? ShortName();
            if (type == '5' || (type is '\0' or '0' && name.EndsWith('/')))
            {
                (longName, paxSize) = (null, null);
                new MemberStream(stream, size).SkipRest();
                continue;
            }

            // links and devices have no content, whatever their size says
            if (type is '1' or '2' or '3' or '4' or '6') return new Member(name, FileKind.Special, 0, null);
            open = new MemberStream(stream, paxSize ?? size);
            return new Member(name, type is '\0' or '0' or '7' ? FileKind.Regular : FileKind.Special, open.Length, type is '\0' or '0' or '7' ? open : null);
        }

        return null;
    }

    public override void Dispose() => stream.Dispose();

    /// <summary>False at the end: two empty blocks by the standard, one or the end of the bytes in real files.</summary>
    bool ReadHeader()
    {
        var read = stream.ReadAtLeast(header, Block, throwOnEndOfStream: false);
        if (read is > 0 and < Block) throw new EndOfStreamException();
        if (read == 0 || !header.AsSpan().ContainsAnyExcept((byte)0)) return false;
        if (!IsTar(header)) throw new InvalidDataException();
        return true;
    }

    byte[] ReadText(long size)
    {
        var content = new MemberStream(stream, size);
        var text = new byte[Math.Min(size, LongestHeader)];
        content.ReadExactly(text);
        content.SkipRest();
        return text;
    }

    /// <summary>Records "length key=value\n" (POSIX pax, extended header).</summary>
    static void ReadPax(ReadOnlySpan<byte> text, ref string? name, ref long? size)
    {
        while (text.IndexOf((byte)' ') is > 0 and var blank)
        {
            if (!int.TryParse(text[..blank], CultureInfo.InvariantCulture, out var length) || length <= blank + 1 || length > text.Length) return;
            var record = text[(blank + 1)..(length - 1)];
            if (record.StartsWith("path="u8)) name = Utf8(record[5..]);
            else if (record.StartsWith("size="u8) && long.TryParse(record[5..], NumberStyles.None, CultureInfo.InvariantCulture, out var value)) size = value;
            text = text[length..];
        }
    }

    string ShortName()
    {
        var name = Field(0, 100);
        var isUstar = header.AsSpan(257, 6).SequenceEqual("ustar\0"u8);
        return isUstar && header[345] != 0 ? Field(345, 155) + "/" + name : name;
    }

    string Field(int start, int length)
    {
        var bytes = header.AsSpan(start, length);
        return Utf8(bytes.IndexOf((byte)0) is >= 0 and var end ? bytes[..end] : bytes);
    }

    static string Utf8(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);

    /// <summary>Octal digits, or binary with the first bit set (GNU, sizes over 8 GiB).</summary>
    static long? Number(ReadOnlySpan<byte> field)
    {
        long value = 0;
        if ((field[0] & 0x80) != 0)
        {
            foreach (var one in field[^8..]) value = (value << 8) | one;
            return value < 0 ? null : value;
        }

        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7') return null;
            value = (value << 3) | (uint)(digit - '0');
        }

        return value;
    }
}
