using System.Buffers;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>The JSON of an answer in parts that go out one after the other, so that documents are never copied together.</summary>
/// <remarks>Disposing gives its memory back: nothing of it may be read then. Forgotten, it is collected.</remarks>
sealed class JsonBody(IReadOnlyList<ReadOnlyMemory<byte>> parts, params IDisposable[] owned) : IDisposable
{
    public IReadOnlyList<ReadOnlyMemory<byte>> Parts => parts;

    public long Length { get; } = parts.Sum(part => (long)part.Length);

    public bool IsEmpty => Length == 0;

    /// <summary>All parts together.</summary>
    public ReadOnlyMemory<byte> Whole => parts.Count == 1 ? parts[0] : Join();

    public static implicit operator JsonBody(ReadOnlyMemory<byte> text) => new([text]);

    public static implicit operator JsonBody(byte[] text) => new([text]);

    public void Dispose()
    {
        foreach (var owner in owned) owner.Dispose();
    }

    byte[] Join()
    {
        var whole = new byte[Length];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(whole.AsMemory(at));
            at += part.Length;
        }

        return whole;
    }
}

/// <summary>Collects the parts of a body: text that is written, in pieces of the shared pool, and documents that lie elsewhere.</summary>
sealed class JsonParts : IBufferWriter<byte>, IDisposable
{
    const int Piece = 64 * 1024;

    readonly List<ReadOnlyMemory<byte>> parts = [];
    readonly List<byte[]> pieces = [];
    byte[] piece = [];
    int start, end;

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>The next part, without a copy.</summary>
    public void Append(ReadOnlyMemory<byte> document)
    {
        Cut();
        parts.Add(document);
        Length += document.Length;
    }

    /// <param name="appended">Owners of what was appended.</param>
    public JsonBody ToBody(params ReadOnlySpan<IDisposable> appended)
    {
        Cut();
        return new JsonBody(parts, [this, .. appended]);
    }

    public void Advance(int count)
    {
        end += count;
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => Room(sizeHint).AsMemory(end);

    public Span<byte> GetSpan(int sizeHint = 0) => Room(sizeHint).AsSpan(end);

    public void Dispose()
    {
        pieces.ForEach(lent => ArrayPool<byte>.Shared.Return(lent));
        pieces.Clear();
        (piece, start, end) = ([], 0, 0);
    }

    byte[] Room(int sizeHint)
    {
        if (piece.Length - end >= Math.Max(sizeHint, 1)) return piece;
        Cut();
        pieces.Add(piece = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, Piece)));
        (start, end) = (0, 0);
        return piece;
    }

    void Cut()
    {
        if (end > start) parts.Add(piece.AsMemory(start, end - start));
        start = end;
    }
}
