using System.Buffers;

namespace Dicom2Fhir.Dicom;

/// <summary>Bytes of an input in order: looked at before they are taken, skipped without reading where the stream can seek.</summary>
sealed class ByteSource(Stream stream) : IDisposable
{
    // A header of a plain image is 2 to 8 kB: one read. Larger reads would fetch pixels nobody wants.
    const int BufferSize = 16 * 1024;

    readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    readonly long? length = stream.CanSeek ? stream.Length : null;
    int start, end;
    long position = stream.CanSeek ? stream.Position : 0;

    public long Position => position;

    /// <summary>True when the input surely ends before this many further bytes.</summary>
    public bool EndsBefore(long count) => length is { } known ? count > known - position : count <= BufferSize && !Has((int)count);

    /// <summary>True when <paramref name="count"/> bytes (at most 16 kB) can be looked at.</summary>
    public bool Has(int count)
    {
        while (end - start < count)
        {
            if (start > 0)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                (start, end) = (0, end - start);
            }

            var read = stream.Read(buffer, end, buffer.Length - end);
            if (read == 0) return false;
            end += read;
        }

        return true;
    }

    /// <summary>The next bytes, after <see cref="Has"/>.</summary>
    public ReadOnlySpan<byte> Peek(int count) => buffer.AsSpan(start, count);

    /// <summary>What is there of the next bytes.</summary>
    public ReadOnlySpan<byte> PeekUpTo(int count) => Has(count) ? Peek(count) : buffer.AsSpan(start, end - start);

    public void Advance(int count)
    {
        start += count;
        position += count;
    }

    /// <summary>False when the input ends before; the position is then its end.</summary>
    public bool Skip(long count)
    {
        var buffered = (int)Math.Min(count, end - start);
        Advance(buffered);
        count -= buffered;
        if (count == 0) return true;
        if (length is { } known)
        {
            var possible = Math.Min(count, known - position);
            stream.Seek(possible, SeekOrigin.Current);
            position += possible;
            return possible == count;
        }

        while (count > 0)
        {
            if (!Has(1)) return false;
            buffered = (int)Math.Min(count, end - start);
            Advance(buffered);
            count -= buffered;
        }

        return true;
    }

    /// <summary>Takes bytes; null when the input ends before, having allocated no more than there were.</summary>
    public byte[]? Take(int count)
    {
        if (EndsBefore(count)) return null;
        var bytes = new byte[length is null ? Math.Min(count, BufferSize) : count];
        for (var filled = 0; filled < count;)
        {
            if (!Has(1)) return null;
            if (filled == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(count, 2L * bytes.Length));
            var part = Math.Min(bytes.Length - filled, end - start);
            Peek(part).CopyTo(bytes.AsSpan(filled));
            Advance(part);
            filled += part;
        }

        return bytes;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
}
