using System.Buffers;

namespace Dicom2Fhir.Indexer.Sources;

/// <summary>The content of a tar member: so many bytes of the archive, then padding up to a block of 512.</summary>
sealed class MemberStream(Stream archive, long length) : ForwardStream
{
    const int Block = 512;

    long position;

    public override long Length => length;

    public override int Read(Span<byte> buffer)
    {
        var read = archive.Read(buffer[..(int)Math.Min(buffer.Length, length - position)]);
        position += read;
        return read;
    }

    /// <summary>Passes what was not read, and the padding.</summary>
    /// <exception cref="EndOfStreamException">The archive ends before.</exception>
    public void SkipRest()
    {
        // a cut last member may lack its padding
        var rest = length - position;
        var padding = (Block - (length % Block)) % Block;
        if (archive.CanSeek && archive.Length - archive.Position >= rest + padding)
        {
            archive.Seek(rest + padding, SeekOrigin.Current);
            return;
        }

        var waste = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            for (var left = rest + padding; left > 0;)
            {
                var read = archive.Read(waste, 0, (int)Math.Min(left, waste.Length));
                if (read == 0 && left > padding) throw new EndOfStreamException();
                if (read == 0) return;
                left -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(waste);
        }
    }
}
