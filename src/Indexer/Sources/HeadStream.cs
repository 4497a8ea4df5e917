namespace Dicom2Fhir.Indexer.Sources;

/// <summary>A stream that cannot seek, with its first bytes read before.</summary>
sealed class HeadStream : ForwardStream
{
    // A tar is recognised by its first block of 512, DICOM by bytes 128 to 131; group 0002 with its UIDs ends within 1,000.
    const int Size = 1024;

    readonly Stream rest;
    readonly byte[] head;
    int given;

    HeadStream(Stream rest, byte[] head) => (this.rest, this.head) = (rest, head);

    /// <summary>Looks at the first bytes.</summary>
    /// <returns>A stream that still has them.</returns>
    public static Stream Look(Stream stream, out byte[] head)
    {
        var bytes = new byte[Size];
        var length = stream.ReadAtLeast(bytes, Size, throwOnEndOfStream: false);
        head = bytes[..length];
        if (!stream.CanSeek) return new HeadStream(stream, head);
        stream.Seek(-length, SeekOrigin.Current);
        return stream;
    }

    public override int Read(Span<byte> buffer)
    {
        if (given == head.Length) return rest.Read(buffer);
        var count = Math.Min(buffer.Length, head.Length - given);
        head.AsSpan(given, count).CopyTo(buffer);
        given += count;
        return count;
    }
}
