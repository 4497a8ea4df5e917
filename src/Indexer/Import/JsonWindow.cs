namespace Dicom2Fhir.Indexer.Import;

/// <summary>The bytes of a stream that are being looked at: grows while a value is not complete, up to a limit.</summary>
sealed class JsonWindow(Stream stream, int limit)
{
    byte[] buffer = new byte[64 * 1024];
    int start, end;

    /// <summary>True when the stream has no more; <see cref="Fault"/> says whether it ended well.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Why the stream could not be read to its end (a word of the closed list), else null.</summary>
    public string? Fault { get; private set; }

    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(start, end - start);

    public bool IsFull => end - start >= limit;

    public void Drop(int count) => start += count;

    /// <summary>Reads more; false when there is no more, or no more room.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (IsEnded || IsFull) return false;
        if (end == buffer.Length) MakeRoom();
        try
        {
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken);
            end += read;
            IsEnded = read == 0;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            (IsEnded, Fault) = (true, Reasons.Unreadable);      // a .gz that does not unpack, a disk that does not answer
        }

        return !IsEnded;
    }

    /// <summary>Drops blanks, and <paramref name="also"/>; false when nothing follows.</summary>
    public async ValueTask<bool> SkipBlanksAsync(byte? also, CancellationToken cancellationToken)
    {
        while (true)
        {
            var span = Bytes.Span;
            var count = 0;
            while (count < span.Length && (span[count] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' || span[count] == also)) count++;
            Drop(count);
            if (end > start) return true;
            if (!await FillAsync(cancellationToken)) return false;
        }
    }

    // Twice the size when the value fills it: copying stays linear.
    void MakeRoom()
    {
        var bytes = Bytes;
        var target = bytes.Length > buffer.Length / 2 ? new byte[buffer.Length * 2] : buffer;
        bytes.Span.CopyTo(target);
        (buffer, start, end) = (target, 0, bytes.Length);
    }
}
