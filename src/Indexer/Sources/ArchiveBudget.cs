using System.Security.Cryptography;
using System.Text;
using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.Indexer.Sources;

/// <summary>Bounds on what one archive may cost, with everything nested in it.</summary>
/// <param name="packed">Bytes of the archive file.</param>
sealed class ArchiveBudget(long packed)
{
    /// <summary>Archives within archives; media exports nest two.</summary>
    public const int Depth = 8;

    // Their names are remembered by 8 bytes each: 30 MB. The largest exports seen have some 100,000 files.
    const int Members = 1_000_000;

    // CT and MR deflate 2 to 4 times, an empty image some 100 times; a bomb more than 1,000 times. Below 1 GiB nobody needs to ask.
    const long FreeBytes = 1L << 30;
    const int Ratio = 100;

    readonly HashSet<long> names = [];
    long unpacked;

    /// <exception cref="DicomFormatException">More bytes than any archive of images expands to.</exception>
    public void Unpacked(int bytes)
    {
        unpacked += bytes;
        if (unpacked > FreeBytes && unpacked / Ratio > packed)
            throw new DicomFormatException(DicomFault.Limit, $"expands to more than {Ratio} times its size", unpacked, "");
    }

    /// <summary>The input of a member, under a name of its own: archives may hold a name twice.</summary>
    /// <exception cref="DicomFormatException">More members than <see cref="Members"/>.</exception>
    public Input Name(string name, FileKind kind, long size, Input container)
    {
        if (names.Count >= Members) throw new DicomFormatException(DicomFault.Limit, $"more than {Members} members", unpacked, "");
        var input = new Input(name, kind, size, null, container);
        for (var number = 2; !names.Add(Short(input.Name)); number++) input = new Input($"{name}!{number}", kind, size, null, container);
        return input;
    }

    static long Short(string name) => BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}

/// <summary>Counts what a decompression gives.</summary>
sealed class BudgetStream(Stream inflater, ArchiveBudget budget) : ForwardStream
{
    public override int Read(Span<byte> buffer)
    {
        var read = inflater.Read(buffer);
        budget.Unpacked(read);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inflater.Dispose();
        base.Dispose(disposing);
    }
}
