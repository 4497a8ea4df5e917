using System.Buffers.Binary;
using System.IO.Compression;

namespace Dicom2Fhir.Dicom;

/// <summary>
/// Reads the header of a DICOM file (PS3.10 section 7) up to the pixel data: with or without preamble and meta group, in any transfer syntax. What
/// the first bytes of the data set look like beats what the meta group says.
/// </summary>
public static class Part10Reader
{
    const string ImplicitLittle = "1.2.840.10008.1.2";
    const string ExplicitLittle = "1.2.840.10008.1.2.1";
    const string Deflated = "1.2.840.10008.1.2.1.99";
    const string ExplicitBig = "1.2.840.10008.1.2.2";

    static readonly Tag TransferSyntax = new(0x0002, 0x0010);
    static readonly Tag[] Uids = [new(0x0020, 0x000D), new(0x0020, 0x000E), new(0x0008, 0x0018)];

    /// <summary>Reads what <paramref name="readSet"/> wants from the start of <paramref name="stream"/>; reads as little of it as it can.</summary>
    /// <exception cref="DicomFormatException">The input gives no usable header.</exception>
    public static DicomFile Read(Stream stream, ReadSet readSet, Limits limits, CancellationToken cancellationToken)
    {
        using var source = new ByteSource(stream);
        if (!source.Has(1)) throw new DicomFormatException(DicomFault.Empty, "no bytes", 0, "");
        var problems = new List<ReadProblem>();
        var hasPrefix = SkipPreamble(source, problems);
        var meta = IsMeta(source) ? ReadMeta(source, limits, problems, cancellationToken) : [];
        if (meta.Count == 0 && !hasPrefix && Sniff(source) is null) throw new DicomFormatException(DicomFault.NotDicom, "no DICOM file", 0, "");
        if (meta.Count == 0) problems.Add(new ReadProblem("no-meta", "", source.Position, "no meta group"));

        var stated = meta.Find(element => element.Tag == TransferSyntax)?.Values is [var uid, ..] ? uid : null;
        return stated == Deflated && Sniff(source) is not { IsExplicit: true }
            ? ReadDeflated(source, stream, meta, readSet, limits, problems, cancellationToken)
            : ReadPlain(source, stated, meta, readSet, limits, problems, cancellationToken);
    }

    static DicomFile ReadPlain(
        ByteSource source, string? stated, List<Element> meta, ReadSet readSet, Limits limits, List<ReadProblem> problems, CancellationToken cancellationToken)
    {
        var syntax = Decide(stated, Sniff(source), source, problems);
        var parser = new ElementParser(source, syntax.IsBig, limits, problems, cancellationToken);
        var elements = parser.ReadRoot(syntax.IsExplicit, readSet);
        Check(elements, parser, meta, source, problems);
        return new DicomFile(syntax.Uid, Whole(meta, elements), problems, source.Position);
    }

    // PS3.5 annex A.5: raw deflate (RFC 1951) without a zlib header.
    static DicomFile ReadDeflated(
        ByteSource source, Stream stream, List<Element> meta, ReadSet readSet, Limits limits, List<ReadProblem> problems, CancellationToken cancellationToken)
    {
        using var rest = new RestOfSource(source);
        using var inflated = new DeflateStream(rest, CompressionMode.Decompress, leaveOpen: true);
        using var bounded = new BoundedStream(inflated, limits.InflatedBytes);
        using var data = new ByteSource(bounded);
        try
        {
            var file = ReadPlain(data, ExplicitLittle, meta, readSet, limits, problems, cancellationToken);
            return file with { TransferSyntax = Deflated, HeaderBytes = source.Position };
        }
        catch (InvalidDataException exception)
        {
            throw new DicomFormatException(DicomFault.BadDeflate, "the deflated data set does not inflate: " + exception.Message, source.Position, "");
        }
        catch (DicomFormatException exception) when (exception.Fault is DicomFault.Truncated or DicomFault.NotDicom or DicomFault.Unreadable)
        {
            throw new DicomFormatException(DicomFault.BadDeflate, "the deflated data set ends before its identifiers", source.Position, "");
        }
    }

    // A header is usable when the three UIDs were read before the input ended.
    static void Check(List<Element> elements, ElementParser parser, List<Element> meta, ByteSource source, List<ReadProblem> problems)
    {
        if (parser.IsTruncated)
        {
            if (Array.TrueForAll(Uids, uid => elements.Exists(element => element.Tag == uid && element.Values.Count > 0))) return;
            throw new DicomFormatException(DicomFault.Truncated, problems.FindLast(problem => problem.Code == "truncated")?.Text ?? "the input ends too early", source.Position, "");
        }

        if (elements.Count == 0 && meta.Count == 0) throw new DicomFormatException(DicomFault.NotDicom, "no DICOM file", 0, "");
    }

    static DataSet Whole(List<Element> meta, List<Element> elements) => new([.. meta.Concat(elements).OrderBy(element => element.Tag)]);

    static bool SkipPreamble(ByteSource source, List<ReadProblem> problems)
    {
        if (source.Has(132) && source.Peek(132)[128..].SequenceEqual("DICM"u8))
        {
            source.Advance(132);
            return true;
        }

        if (source.Has(4) && source.Peek(4).SequenceEqual("DICM"u8))
        {
            source.Advance(4);
            problems.Add(new ReadProblem("no-preamble", "", 0, "no preamble before DICM"));
            return true;
        }

        problems.Add(new ReadProblem("no-preamble", "", 0, "no preamble"));
        return false;
    }

    static bool IsMeta(ByteSource source) => source.Has(8) && BinaryPrimitives.ReadUInt16LittleEndian(source.Peek(2)) == 2 && source.Peek(4)[2] is < 0x17 or 0x26 or 0x27 or 0x28
        && source.Peek(4)[3] == 0;

    // The meta group is explicit little endian (PS3.10 7.1) and ends where its group does: its stated length is often wrong.
    static List<Element> ReadMeta(ByteSource source, Limits limits, List<ReadProblem> problems, CancellationToken cancellationToken)
    {
        var elements = new List<Element>();
        while (source.Has(8) && BinaryPrimitives.ReadUInt16LittleEndian(source.Peek(2)) == 2)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var header = source.Peek(8);
            var tag = new Tag(2, BinaryPrimitives.ReadUInt16LittleEndian(header[2..]));
            var vr = Vr.Find(header[4], header[5]);
            var size = vr is null || !Vr.HasLongHeader(vr) ? 8 : 12;
            if (!source.Has(size)) break;
            long length = vr is null ? BinaryPrimitives.ReadUInt32LittleEndian(header[4..])
                : size == 8 ? BinaryPrimitives.ReadUInt16LittleEndian(header[6..])
                : BinaryPrimitives.ReadUInt32LittleEndian(source.Peek(12)[8..]);
            source.Advance(size);
            if (length > limits.ValueBytes || source.EndsBefore(length)) throw new DicomFormatException(DicomFault.Truncated, "the input ends inside the meta group", source.Position, tag.ToString());
            var bytes = source.Take((int)length)!;
            var effective = ValueReader.EffectiveVr(tag, vr, (uint)length);
            if (tag.Element != 0) elements.Add(new Element(tag, effective, effective is "OB" or "UN" ? [] : ValueReader.Read(effective, bytes, false, CharacterSets.Default, out _), []));
        }

        return [.. elements.DistinctBy(element => element.Tag)];
    }

    readonly record struct Syntax(string Uid, bool IsExplicit, bool IsBig);

    // What the first element of a data set looks like; null when it looks like none.
    static Syntax? Sniff(ByteSource source)
    {
        if (!source.Has(8)) return null;
        var bytes = source.Peek(8);
        var little = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        var big = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        var hasVr = bytes[4] is >= (byte)'A' and <= (byte)'Z' && Vr.Find(bytes[4], bytes[5]) is not null;
        if (hasVr && IsFirstGroup(little)) return new Syntax(ExplicitLittle, true, false);
        if (hasVr && IsFirstGroup(big)) return new Syntax(ExplicitBig, true, true);
        if (IsFirstGroup(little) && Plausible(source, BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]))) return new Syntax(ImplicitLittle, false, false);
        return null;
    }

    // The groups a data set begins with: 0008 nearly always, 0004 of directories, up to 0020 of stripped ones.
    static bool IsFirstGroup(ushort group) => group is >= 0x0004 and <= 0x0028 && (group & 1) == 0;

    static bool Plausible(ByteSource source, uint length) => length == 0xFFFFFFFF || (length < 0x10000 && !source.EndsBefore(8L + length));

    static Syntax Decide(string? stated, Syntax? seen, ByteSource source, List<ReadProblem> problems)
    {
        Syntax? said = stated switch
        {
            null => null,
            ImplicitLittle => new Syntax(ImplicitLittle, false, false),
            ExplicitBig => new Syntax(ExplicitBig, true, true),
            _ => new Syntax(stated, true, false),
        };
        if (stated is null) problems.Add(new ReadProblem("no-syntax", "", source.Position, "no transfer syntax stated"));
        if (seen is { } found && (said is null || said.Value.IsExplicit != found.IsExplicit || said.Value.IsBig != found.IsBig))
        {
            if (said is not null) problems.Add(new ReadProblem("syntax", "", source.Position, $"the data are not of the stated transfer syntax {stated}"));
            return found;
        }

        return said ?? seen ?? new Syntax(ExplicitLittle, true, false);
    }

    /// <summary>What a source has left, as a stream for the inflater.</summary>
    sealed class RestOfSource(ByteSource source) : ReadOnlyStream
    {
        public override int Read(Span<byte> target)
        {
            var bytes = source.Has(1) ? source.PeekUpTo(Math.Min(target.Length, 4096)) : [];
            bytes.CopyTo(target);
            source.Advance(bytes.Length);
            return bytes.Length;
        }
    }

    /// <summary>Ends a deflate bomb.</summary>
    sealed class BoundedStream(Stream inner, long limit) : ReadOnlyStream
    {
        long read;

        public override int Read(Span<byte> target)
        {
            var count = inner.Read(target);
            return (read += count) <= limit ? count : throw new DicomFormatException(DicomFault.Limit, $"the data set inflates to more than {limit} bytes", read, "");
        }
    }
}
