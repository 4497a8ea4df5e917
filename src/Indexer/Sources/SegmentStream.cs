using Microsoft.Win32.SafeHandles;

namespace Dicom2Fhir.Indexer.Sources;

/// <summary>A part of a file.</summary>
sealed class SegmentStream(SafeFileHandle file, long start, long length) : ForwardStream
{
    public override bool CanSeek => true;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, Math.Max(0, length - Position));
        if (wanted == 0) return 0;
        var read = RandomAccess.Read(file, buffer[..wanted], start + Position);
        Position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => Position,
        _ => length,
    };
}
