namespace Dicom2Fhir.Dicom;

/// <summary>The rest of a source as a stream, for the inflater.</summary>
sealed class InputStream(ByteSource source) : Stream
{
    const int Chunk = 16 * 1024;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => source.Position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        // One byte is asked for, so that a slow stream gives what it has.
        source.Peek(1);
        var bytes = source.Buffered(Math.Min(buffer.Length, Chunk));
        bytes.CopyTo(buffer);
        source.Advance(bytes.Length);
        return bytes.Length;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
