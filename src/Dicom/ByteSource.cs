using System.Buffers;
using System.Diagnostics;

namespace Dicom2Fhir.Dicom;

/// <summary>
/// Forward reading with a look ahead over a stream, through one pooled buffer. Grows only by bytes really received, skips by seeking where the stream can.
/// </summary>
sealed class ByteSource : IDisposable
{
    // A header of a plain image is 2 to 10 kB: one read. Larger first reads cost more than they save on small files.
    const int FirstBuffer = 32 * 1024;

    readonly Stream stream;
    readonly long cap;
    readonly TimeSpan time;
    readonly long length;
    readonly long started = Stopwatch.GetTimestamp();
    readonly CancellationToken cancellationToken;
    byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    int start;
    int end;
    bool ended;

    /// <param name="cap">Bytes the stream may deliver before reading stops with <see cref="DicomFault.Limit"/>.</param>
    /// <param name="time">As long as reading may take, else it stops with the same fault; <see cref="Timeout.InfiniteTimeSpan"/> for no bound.</param>
    public ByteSource(Stream stream, long cap, TimeSpan time, CancellationToken cancellationToken)
    {
        this.stream = stream;
        this.cap = cap;
        this.time = time;
        this.cancellationToken = cancellationToken;
        length = stream.CanSeek ? stream.Length - stream.Position : -1;
    }

    /// <summary>Bytes passed since the start.</summary>
    public long Position { get; private set; }

    /// <summary>True when the stream ended by a fault of its compression.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Bytes from the position to the end; null when the stream does not say.</summary>
    public long? Remaining => length < 0 ? null : length - Position;

    /// <summary>The next bytes without passing them; fewer at the end of the stream.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (end - start < count) Fill(count);
        return buffer.AsSpan(start, Math.Min(count, end - start));
    }

    /// <summary>Bytes already here, without reading more.</summary>
    public ReadOnlySpan<byte> Buffered(int count) => buffer.AsSpan(start, Math.Min(count, end - start));

    /// <summary>Passes bytes that <see cref="Peek"/> has shown.</summary>
    public void Advance(int count)
    {
        start += count;
        Position += count;
    }

    /// <summary>Passes bytes unseen. False when the stream ends before.</summary>
    public bool Skip(long count)
    {
        while (count > 0)
        {
            var buffered = (int)Math.Min(count, end - start);
            Advance(buffered);
            count -= buffered;
            if (count == 0) return true;
            if (length >= 0) return Seek(count);
            Fill(1);
            if (start == end) return false;
        }

        return true;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);

    bool Seek(long count)
    {
        Wait();
        start = end = 0;
        var possible = Math.Min(count, Math.Max(0, length - Position));
        stream.Seek(possible, SeekOrigin.Current);
        Position += possible;
        return possible == count;
    }

    void Fill(int count)
    {
        while (!ended && end - start < count)
        {
            Wait();
            MakeRoom(count);
            var read = ReadSome();
            ended = read == 0;
            end += read;
            if (Position + (end - start) > cap) throw new DicomFormatException(DicomFault.Limit, $"more than {cap} bytes", Position, "");
        }
    }

    void Wait()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (time != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(started) > time)
            throw new DicomFormatException(DicomFault.Limit, $"not read within {time.TotalSeconds} seconds", Position, "");
    }

    void MakeRoom(int count)
    {
        if (start > 0 && buffer.Length - start < count)
        {
            buffer.AsSpan(start..end).CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        if (end < buffer.Length) return;
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(start..end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        (buffer, start, end) = (larger, 0, end - start);
    }

    int ReadSome()
    {
        try
        {
            return stream.Read(buffer, end, buffer.Length - end);
        }
        catch (InvalidDataException)
        {
            IsBroken = true;
            return 0;
        }
    }
}
