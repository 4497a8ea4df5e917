using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Dicom2Fhir.Indexer.Sources;

/// <summary>
/// A ZIP file by its central directory (APPNOTE 4.3.12), which is walked record by record: memory does not grow with the number of members. Stored
/// and deflated members, ZIP64; of encrypted and otherwise compressed members only the name.
/// </summary>
sealed class ZipMembers : Archive
{
    const uint LocalHeader = 0x04034B50, DirectoryRecord = 0x02014B50, DirectoryEnd = 0x06054B50, Directory64End = 0x06064B50, Locator64 = 0x07064B50;
    const int DirectoryRecordSize = 46, DirectoryEndSize = 22, LocatorSize = 20, LocalHeaderSize = 30;
    const ushort Encrypted = 1, Utf8Name = 1 << 11, Stored = 0, Deflated = 8, Zip64Extra = 1;

    static readonly UTF8Encoding StrictUtf8 = new(false, true);

    readonly SafeFileHandle file;
    readonly bool owned;
    readonly long length;
    readonly BufferedStream directory;
    readonly long shift;        // bytes before the archive, as in self-extracting ones
    Stream? open;

    /// <param name="owned">The file is closed with the archive.</param>
    public ZipMembers(SafeFileHandle file, bool owned)
    {
        (this.file, this.owned) = (file, owned);
        length = RandomAccess.GetLength(file);
        var (start, size, end) = FindDirectory();
        shift = end - size - start;
        if (shift < 0) throw new EndOfStreamException();
        directory = new BufferedStream(new SegmentStream(file, end - size, size), 64 * 1024);
    }

    /// <summary>A ZIP file begins with a member, or, when empty, with its end.</summary>
    public static bool IsZip(ReadOnlySpan<byte> head) => head.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(head) is LocalHeader or DirectoryEnd;

    public override Member? Next()
    {
        open?.Dispose();
        open = null;
        while (true)
        {
            Span<byte> record = stackalloc byte[DirectoryRecordSize];
            var read = directory.ReadAtLeast(record, record.Length, throwOnEndOfStream: false);
            if (read == 0) return null;
            if (read < record.Length || U32(record) != DirectoryRecord) throw new InvalidDataException();
            var flags = U16(record[8..]);
            var name = new byte[U16(record[28..])];
            var extra = new byte[U16(record[30..])];
            directory.ReadExactly(name);
            directory.ReadExactly(extra);
            directory.Seek(U16(record[32..]), SeekOrigin.Current);
            if (name is [.., (byte)'/']) continue;
            var (size, packed, offset) = Sizes(U32(record[24..]), U32(record[20..]), U32(record[42..]), extra);
            var text = Text(name, (flags & Utf8Name) != 0);
            // the upper half of the external attributes is the Unix mode where a Unix wrote it
            var type = (U32(record[38..]) >> 28) & 0xF;
            return type is not (0 or 8) || (flags & Encrypted) != 0
                ? new Member(text, type is 0 or 8 ? FileKind.Regular : FileKind.Special, size, null)
                : new Member(text, FileKind.Regular, size, open = Content(U16(record[10..]), offset + shift, packed));
        }
    }

    public override void Dispose()
    {
        open?.Dispose();
        directory.Dispose();
        if (owned) file.Dispose();
    }

    /// <summary>Where the directory should start, its size, and where it does end.</summary>
    (long Start, long Size, long End) FindDirectory()
    {
        // the end record stands before a comment of at most 64 kB
        var tail = new byte[Math.Min(length, DirectoryEndSize + ushort.MaxValue)];
        ReadAt(length - tail.Length, tail);
        for (var at = tail.Length - DirectoryEndSize; at >= 0; at--)
        {
            var bytes = tail.AsSpan(at);
            if (U32(bytes) != DirectoryEnd || U16(bytes[20..]) > bytes.Length - DirectoryEndSize) continue;
            var end = length - tail.Length + at;
            return Find64(end) ?? (U32(bytes[16..]), U32(bytes[12..]), end);
        }

        throw new EndOfStreamException();
    }

    (long Start, long Size, long End)? Find64(long end)
    {
        if (end < LocatorSize) return null;
        Span<byte> locator = stackalloc byte[LocatorSize];
        ReadAt(end - LocatorSize, locator);
        if (U32(locator) != Locator64) return null;
        var at = (long)U64(locator[8..]);
        if (at < 0 || at > end - 56) throw new InvalidDataException();
        Span<byte> record = stackalloc byte[56];
        ReadAt(at, record);
        if (U32(record) != Directory64End) throw new InvalidDataException();
        var (size, start) = ((long)U64(record[40..]), (long)U64(record[48..]));
        return size < 0 || size > at || start < 0 || start > at ? throw new InvalidDataException() : (start, size, at);
    }

    Stream? Content(ushort method, long offset, long packed)
    {
        if (method is not (Stored or Deflated)) return null;
        if (offset < 0 || offset > length - LocalHeaderSize) throw new InvalidDataException();
        Span<byte> header = stackalloc byte[LocalHeaderSize];
        ReadAt(offset, header);
        if (U32(header) != LocalHeader) throw new InvalidDataException();
        var start = offset + LocalHeaderSize + U16(header[26..]) + U16(header[28..]);
        var segment = new SegmentStream(file, start, Math.Max(0, Math.Min(packed, length - start)));
        return method == Stored ? segment : new DeflateStream(segment, CompressionMode.Decompress);
    }

    /// <summary>Sizes and offset; what does not fit 32 bits stands in the ZIP64 field (APPNOTE 4.5.3).</summary>
    static (long Size, long Packed, long Offset) Sizes(uint size, uint packed, uint offset, ReadOnlySpan<byte> extra)
    {
        Span<long> values = [size, packed, offset];
        for (; extra.Length >= 4; extra = extra[Math.Min(extra.Length, 4 + U16(extra[2..]))..])
        {
            if (U16(extra) != Zip64Extra) continue;
            var field = extra[4..Math.Min(extra.Length, 4 + U16(extra[2..]))];
            foreach (ref var value in values)
            {
                if (value != uint.MaxValue || field.Length < 8) continue;
                value = (long)U64(field);
                field = field[8..];
            }
        }

        return (Math.Max(0, values[0]), Math.Max(0, values[1]), values[2]);
    }

    // Writers set the UTF-8 flag or not; names that are no UTF-8 need only to be told apart.
    static string Text(byte[] name, bool isUtf8)
    {
        try
        {
            return StrictUtf8.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            return isUtf8 ? Encoding.UTF8.GetString(name) : Encoding.Latin1.GetString(name);
        }
    }

    void ReadAt(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0) throw new EndOfStreamException();
            buffer = buffer[read..];
            offset += read;
        }
    }

    static ushort U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    static ulong U64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
