using System.IO.Compression;
using System.Text;

namespace Dicom2Fhir.Dicom;

/// <summary>Reads the header of a DICOM file (PS3.10 section 7) up to the pixel data.</summary>
public static class Part10Reader
{
    const int PreambleLength = 128;

    const uint TransferSyntaxTag = 0x00020010;

    /// <summary>
    /// Reads what <paramref name="readSet"/> wants from the position of <paramref name="stream"/> on; reads as little of it as it can and leaves it
    /// somewhere behind the header. A missing preamble or meta group, and a transfer syntax the data contradict, are problems of the result.
    /// </summary>
    /// <exception cref="DicomFormatException">The input gives no usable header.</exception>
    /// <exception cref="IOException">The stream itself fails.</exception>
    public static DicomFile Read(Stream stream, ReadSet readSet, Limits limits, CancellationToken cancellationToken)
    {
        using ByteSource source = new(stream, long.MaxValue, limits.Time, cancellationToken);
        ProblemLog problems = new(limits.Problems);
        if (source.Peek(1).IsEmpty) throw new DicomFormatException(DicomFault.Empty, "no bytes", 0, "");
        if (!FindMeta(source, problems)) return ReadBare(source, readSet, limits, problems);
        var declared = ReadMeta(source, problems);
        if (source.Peek(1).IsEmpty) throw new DicomFormatException(DicomFault.Truncated, "no data set after the meta group", source.Position, "");
        if (declared is not null && Syntax.IsDeflated(declared) && !SyntaxSniffer.IsPlain(source))
            return ReadDeflated(source, declared, readSet, limits, problems, cancellationToken);
        var (syntax, uid) = Agree(source, declared, problems);
        return ReadDataSet(source, syntax, uid, readSet, limits, problems);
    }

    /// <summary>Stands at the first meta element afterwards; false when there is no meta group.</summary>
    static bool FindMeta(ByteSource source, ProblemLog problems)
    {
        var bytes = source.Peek(PreambleLength + 8);
        if (bytes.Length >= PreambleLength + 4 && bytes.Slice(PreambleLength, 4).SequenceEqual("DICM"u8))
        {
            source.Advance(PreambleLength + 4);
            return true;
        }

        foreach (var (at, size) in (ReadOnlySpan<(int At, int Size)>)[(0, 4), (PreambleLength, 0), (PreambleLength + 4, 0), (0, 0)])
        {
            var isMeta = size == 4 ? bytes.StartsWith("DICM"u8) : bytes.Length >= at + 6 && bytes[at..] is [2, 0, _, 0, >= (byte)'A' and <= (byte)'Z', >= (byte)'A' and <= (byte)'Z', ..];
            if (!isMeta) continue;
            problems.Add("no-preamble", "", 0, "no preamble with DICM before the meta group");
            source.Advance(at + size);
            return true;
        }

        return false;
    }

    static DicomFile ReadBare(ByteSource source, ReadSet readSet, Limits limits, ProblemLog problems)
    {
        var found = SyntaxSniffer.OfBareDataSet(source);
        if (found is null && source.Peek(1) is [0 or (byte)' '])
        {
            source.Advance(1);
            found = SyntaxSniffer.OfBareDataSet(source);
            problems.Add("stray-byte", "", 0, "a padding byte before the first element");
        }

        if (found is not { } syntax) throw new DicomFormatException(DicomFault.NotDicom, "neither a meta group nor a data set", 0, "");
        problems.Add("no-meta", "", 0, "no meta group, the encoding is taken from the first element");
        return ReadDataSet(source, syntax, syntax.Uid, readSet, limits, problems);
    }

    /// <summary>
    /// Passes group 0002 and returns the declared transfer syntax. Its group length is not used: it is wrong or missing in real files, the group number
    /// never is. Written implicit or big endian by mistake it is read too.
    /// </summary>
    static string? ReadMeta(ByteSource source, ProblemLog problems)
    {
        string? declared = null;
        while (MetaSyntax(source.Peek(8)) is { } syntax)
        {
            if (syntax != Syntax.ExplicitLittle) problems.AddOnce("meta-encoding", "", source.Position, "the meta group is not explicit little endian");
            var at = source.Position;
            if (!ElementHeader.TryPeek(source, syntax, long.MaxValue, out var header)) throw CutInMeta(at);
            source.Advance(header.Size);
            if (header.Tag == TransferSyntaxTag && header.Length is > 0 and <= 128)
                declared = Encoding.Latin1.GetString(source.Peek((int)header.Length)).Trim('\0', ' ', '\r', '\n', '\t');
            if (!source.Skip(header.Length)) throw CutInMeta(at);
        }

        return declared is { Length: > 0 } ? declared : null;
    }

    static Syntax? MetaSyntax(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [2, 0, _, _, >= (byte)'A' and <= (byte)'Z', >= (byte)'A' and <= (byte)'Z', ..] => Syntax.ExplicitLittle,
        [2, 0, _, _, _, _, _, _] => Syntax.ImplicitLittle,
        [0, 2, _, _, >= (byte)'A' and <= (byte)'Z', >= (byte)'A' and <= (byte)'Z', ..] => Syntax.ExplicitBig,
        _ => null,
    };

    static DicomFormatException CutInMeta(long offset) => new(DicomFault.Truncated, "the bytes end inside the meta group", offset, "");

    static (Syntax Syntax, string Uid) Agree(ByteSource source, string? declared, ProblemLog problems)
    {
        var expected = Syntax.Of(declared ?? "");
        var found = SyntaxSniffer.Correct(source, expected);
        if (declared is null) problems.Add("transfer-syntax-missing", "(0002,0010)", source.Position, "the encoding is taken from the first element");
        else if (!Syntax.IsKnown(declared)) problems.Add("transfer-syntax-unknown", "(0002,0010)", source.Position, "the encoding is taken from the first element");
        else if (found != expected || Syntax.IsDeflated(declared)) problems.Add("transfer-syntax", "(0002,0010)", source.Position, "the first element contradicts the transfer syntax");
        else return (expected, declared);
        return (found, found.Uid);
    }

    static DicomFile ReadDeflated(ByteSource source, string uid, ReadSet readSet, Limits limits, ProblemLog problems, CancellationToken cancellationToken)
    {
        // Raw deflate (PS3.5 section A.5); some writers put the zlib header of RFC 1950 before it.
        if (source.Peek(2) is [0x78, 0x01 or 0x5E or 0x9C or 0xDA])
        {
            problems.Add("zlib-header", "", source.Position, "a zlib header before the deflated data set");
            source.Advance(2);
        }

        using DeflateStream inflater = new(new InputStream(source), CompressionMode.Decompress);
        using ByteSource inflated = new(inflater, limits.InflatedBytes, limits.Time, cancellationToken);
        if (SyntaxSniffer.OfBareDataSet(inflated) is not { } syntax)
            throw new DicomFormatException(DicomFault.BadDeflate, "the deflated data set does not inflate", source.Position, "");
        if (syntax != Syntax.ExplicitLittle) problems.Add("transfer-syntax", "(0002,0010)", source.Position, "the first element contradicts the transfer syntax");
        return ReadDataSet(inflated, syntax, uid, readSet, limits, problems);
    }

    static DicomFile ReadDataSet(ByteSource source, Syntax syntax, string uid, ReadSet readSet, Limits limits, ProblemLog problems)
    {
        ElementParser parser = new(source, readSet, limits, problems);
        var dataSet = parser.Read(syntax);
        var isCut = parser.IsCut || source.IsBroken;
        if (isCut) problems.Add("truncated", "", source.Position, "the bytes end inside an element; what stands before is used");
        DicomFile file = new(uid, dataSet, problems.Problems, source.Position);
        if (!isCut || parser.HasUids) return file;
        var fault = source.IsBroken ? DicomFault.BadDeflate : DicomFault.Truncated;
        throw new DicomFormatException(fault, "the bytes end inside an element", source.Position, parser.Path(0)) { Partial = file };
    }
}
