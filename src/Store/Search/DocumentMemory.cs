using System.Buffers;

namespace Dicom2Fhir.Store.Search;

/// <summary>
/// Memory of the documents of one page, in pieces of the shared pool. Pages of megabytes as fresh objects cost a third of the processor time of a drain
/// (pages of memory cleared, collections of the oldest generation).
/// </summary>
sealed class DocumentMemory : IDisposable
{
    const int Piece = 256 * 1024;

    readonly List<byte[]> pieces = [];
    int used;

    /// <summary>Room for one document, in one piece.</summary>
    public ArraySegment<byte> Take(int length)
    {
        if (pieces.Count == 0 || pieces[^1].Length - used < length)
        {
            pieces.Add(ArrayPool<byte>.Shared.Rent(Math.Max(length, Piece)));
            used = 0;
        }

        used += length;
        return new ArraySegment<byte>(pieces[^1], used - length, length);
    }

    public void Dispose()
    {
        foreach (var piece in pieces) ArrayPool<byte>.Shared.Return(piece);
        pieces.Clear();
    }
}
