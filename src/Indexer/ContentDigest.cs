using System.Buffers.Binary;
using System.Security.Cryptography;
using Dicom2Fhir.Indexer.Sources;

namespace Dicom2Fhir.Indexer;

/// <summary>
/// Tells apart what could not be read: SHA-256 of size and first bytes, among them the file meta information with the SOP Instance UID. The rest of a
/// broken file may be gigabytes, and in an archive it can be read only once.
/// </summary>
static class ContentDigest
{
    /// <param name="head">As <see cref="HeadStream.Look"/> gives it.</param>
    public static byte[] Of(Input input, ReadOnlySpan<byte> head)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> size = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, input.Size);
        hash.AppendData(size);
        hash.AppendData(head);
        return hash.GetHashAndReset();
    }
}
