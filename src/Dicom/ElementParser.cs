using System.Buffers.Binary;

namespace Dicom2Fhir.Dicom;

/// <summary>
/// Reads the elements of a data set (PS3.5 section 7) with a stack of its own, so that nesting costs memory and never the process. What the read set
/// does not want is skipped unread.
/// </summary>
sealed class ElementParser(ByteSource source, bool bigEndian, Limits limits, List<ReadProblem> problems, CancellationToken cancellationToken)
{
    const uint Undefined = 0xFFFFFFFF;
    const int MostProblems = 100;

    static readonly Tag Item = new(0xFFFE, 0xE000);
    static readonly Tag ItemEnd = new(0xFFFE, 0xE00D);
    static readonly Tag SequenceEnd = new(0xFFFE, 0xE0DD);
    static readonly Tag PixelData = new(0x7FE0, 0x0008);
    static readonly Tag CharacterSet = new(0x0008, 0x0005);
    static readonly Tag[] Uids = [new(0x0008, 0x0018), new(0x0020, 0x000D), new(0x0020, 0x000E)];

    readonly Stack<Frame> frames = new();
    int elements;
    long kept;

    /// <summary>True when the input ended inside an element.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>An open data set, item or sequence.</summary>
    sealed class Frame
    {
        public required bool IsSequence { get; init; }

        public required long End { get; init; }

        public required bool IsExplicit { get; init; }

        public required ReadSet Wanted { get; init; }

        public required CharacterSets Characters { get; set; }

        public Tag Tag { get; init; }

        public Tag Last { get; set; }

        public List<Element> Elements { get; } = [];

        public List<DataSet> Items { get; } = [];
    }

    readonly record struct Header(Tag Tag, string? Vr, uint Length, int Size);

    /// <summary>Reads up to the pixel data, or the end of what is wanted.</summary>
    public List<Element> ReadRoot(bool isExplicit, ReadSet wanted)
    {
        var root = new Frame { IsSequence = false, End = long.MaxValue, IsExplicit = isExplicit, Wanted = wanted, Characters = CharacterSets.Default };
        frames.Push(root);
        while (frames.Count > 0 && Step(frames.Peek()))
        {
            if ((++elements & 0xFFF) == 0) cancellationToken.ThrowIfCancellationRequested();
            if (elements > limits.Elements) throw new DicomFormatException(DicomFault.Limit, $"more than {limits.Elements} elements", source.Position, Path());
        }

        while (frames.Count > 1) Close();
        return root.Elements;
    }

    // False: the end of what is read.
    bool Step(Frame frame)
    {
        if (source.Position >= frame.End)
        {
            Close();
            return true;
        }

        if (!source.Has(8))
        {
            if (source.PeekUpTo(8).Length > 0) Truncated("the input ends inside an element header");
            else if (frames.Count > 1) Truncated("the input ends inside a sequence");
            return false;
        }

        return frame.IsSequence ? StepSequence(frame) : StepDataSet(frame);
    }

    bool StepSequence(Frame frame)
    {
        var header = ItemHeader();
        if (header.Tag == Item)
        {
            source.Advance(8);
            frames.Push(new Frame
            {
                IsSequence = false, End = End(header.Length, frame), IsExplicit = frame.IsExplicit, Wanted = frame.Wanted, Characters = frame.Characters, Tag = frame.Tag,
            });
            return true;
        }

        if (header.Tag == SequenceEnd)
        {
            source.Advance(8);
            Close();
            return true;
        }

        // No item where one must be: the sequence ends here; what follows is read as elements of its parent.
        Problem("no-item", "an element stands where an item must be");
        if (frame.End != long.MaxValue) source.Skip(frame.End - source.Position);
        else Close();
        return true;
    }

    bool StepDataSet(Frame frame)
    {
        var header = ReadHeader(frame.IsExplicit);
        if (header.Tag.Group == 0xFFFE)
        {
            if (header.Tag == SequenceEnd && frames.Count > 1) Close();
            else
            {
                source.Advance(8);
                if (header.Tag == ItemEnd && frames.Count > 1) Close();
                else Problem("stray-delimiter", "a delimiter without its sequence");
            }

            return true;
        }

        if (frames.Count == 1 && IsEnd(header.Tag, frame)) return false;
        if (header.Tag < frame.Last) Problem("order", "tags are not in order");
        frame.Last = header.Tag;
        source.Advance(header.Size);
        return header.Length == Undefined || IsSequence(header) ? Enter(header, frame) : Value(header, frame);
    }

    // Behind the read set's last tag nothing is wanted; an unordered header is read on until its three UIDs are there.
    static bool IsEnd(Tag tag, Frame root) =>
        tag >= PixelData
        || (root.Wanted.Last is { } last && tag > last && Array.TrueForAll(Uids, uid => root.Elements.Exists(element => element.Tag == uid)));

    bool IsSequence(Header header)
    {
        if (header.Vr == "SQ") return true;
        if (header.Length < 8 || DataDictionary.Vr(header.Tag) != "SQ") return false;
        return source.Has(4) && ReadTag(source.Peek(4)) == Item;
    }

    bool Enter(Header header, Frame frame)
    {
        var isExplicit = frame.IsExplicit && header.Vr is not "UN";        // PS3.5 6.2.2 note 2: UN of undefined length is implicit inside
        if (header.Vr == "UN" && frame.IsExplicit && header.Length != Undefined) isExplicit = LooksExplicit();
        var wanted = frame.Wanted.Contains(header.Tag);
        if (wanted && frames.Count / 2 >= limits.Depth)
        {
            Problem("depth", $"more than {limits.Depth} levels, skipped");
            wanted = false;
        }

        if (wanted)
        {
            frames.Push(new Frame
            {
                IsSequence = true, End = End(header.Length, frame), IsExplicit = isExplicit, Wanted = frame.Wanted.Items(header.Tag), Characters = frame.Characters, Tag = header.Tag,
            });
            return true;
        }

        return header.Length == Undefined ? SkipUndefined(isExplicit) : SkipValue(header, frame);
    }

    // An item of defined length inside a UN: does its first element spell a VR?
    bool LooksExplicit() => source.Has(16) && ReadTag(source.Peek(4)) == Item && Vr.Find(source.Peek(16)[12], source.Peek(16)[13]) is not null;

    // PS3.5 7.5.2: skips to the delimiter that ends the sequence just entered. Levels are counted, whatever their number.
    bool SkipUndefined(bool isExplicit)
    {
        var implicitFrom = isExplicit ? int.MaxValue : 0;
        for (var level = 1; level > 0;)
        {
            if ((++elements & 0xFFF) == 0) cancellationToken.ThrowIfCancellationRequested();
            if (elements > limits.Elements) throw new DicomFormatException(DicomFault.Limit, $"more than {limits.Elements} elements", source.Position, Path());
            if (!source.Has(8)) return Truncated("the input ends inside a sequence");
            var header = ReadHeader(isExplicit && level < implicitFrom);
            source.Advance(header.Size);
            if (header.Tag == ItemEnd || header.Tag == SequenceEnd) level--;
            else if (header.Length != Undefined)
            {
                if (!source.Skip(header.Length)) return Truncated("the input ends inside a value");
            }
            else
            {
                level++;
                if (header.Vr == "UN" && level < implicitFrom) implicitFrom = level;
            }

            if (level < implicitFrom && isExplicit) implicitFrom = int.MaxValue;
        }

        return true;
    }

    bool SkipValue(Header header, Frame frame)
    {
        var length = Bounded(header.Length, frame);
        if (source.Skip(length)) return true;
        return Truncated($"{header.Tag} has {header.Length} bytes, the input ends before");
    }

    bool Value(Header header, Frame frame)
    {
        if (!frame.Wanted.Contains(header.Tag) && header.Tag != CharacterSet) return SkipValue(header, frame);
        var vr = ValueReader.EffectiveVr(header.Tag, header.Vr, header.Length);
        var length = Bounded(header.Length, frame);
        if (Vr.NumberSize(vr) == 0 && !Vr.IsText(vr) && !Vr.IsPlain(vr))
        {
            if (source.EndsBefore(length)) return SkipValue(header, frame);
            Add(frame, new Element(header.Tag, vr, [], []));
            return source.Skip(length) || Truncated("the input ends inside a value");
        }

        if (length > limits.ValueBytes)
        {
            Problem("too-long", $"{header.Tag} has {length} bytes, left out");
            Add(frame, new Element(header.Tag, vr, [], []));
            return SkipValue(header, frame);
        }

        if ((kept += length) > limits.KeptBytes) throw new DicomFormatException(DicomFault.Limit, $"more than {limits.KeptBytes} bytes of values", source.Position, Path());
        var bytes = source.Take((int)length);
        if (bytes is null) return Truncated($"{header.Tag} has {header.Length} bytes, the input ends before");
        if ((length & 1) != 0) Problem("odd-length", "a value of odd length");
        var element = new Element(header.Tag, vr, ValueReader.Read(vr, bytes, bigEndian, frame.Characters, out var note), []);
        if (note is not null) Problem(note, $"{header.Tag}: {CharacterSets.NoteText(note)}");
        if (header.Tag == CharacterSet) SetCharacters(frame, element.Values);
        if (header.Tag != CharacterSet || frame.Wanted.Contains(header.Tag)) Add(frame, element);
        return true;
    }

    void SetCharacters(Frame frame, IReadOnlyList<string> terms)
    {
        frame.Characters = CharacterSets.Of(terms, out var unknown);
        if (unknown is not null) Problem("charset", $"the character set '{unknown}' is not known");
    }

    void Add(Frame frame, Element element)
    {
        if (frame.Elements.Exists(known => known.Tag == element.Tag)) Problem("duplicate", $"{element.Tag} is there twice, the first counts");
        else frame.Elements.Add(element);
    }

    void Close()
    {
        var frame = frames.Pop();
        if (frames.Count == 0) return;
        var parent = frames.Peek();
        if (frame.IsSequence) Add(parent, new Element(frame.Tag, "SQ", [], frame.Items));
        else parent.Items.Add(new DataSet(frame.Elements));
    }

    // A child ends where its parent does at the latest.
    long End(uint length, Frame parent)
    {
        if (length == Undefined) return parent.End;
        var end = source.Position + length;
        if (end <= parent.End) return end;
        Problem("too-long", "an item is longer than its parent");
        return parent.End;
    }

    long Bounded(uint length, Frame frame)
    {
        if (frame.End == long.MaxValue || source.Position + length <= frame.End) return length;
        Problem("too-long", "an element is longer than its item");
        return Math.Max(0, frame.End - source.Position);
    }

    Header ItemHeader()
    {
        var bytes = source.Peek(8);
        return new Header(ReadTag(bytes), null, ReadUInt32(bytes[4..]), 8);
    }

    Header ReadHeader(bool isExplicit)
    {
        var bytes = source.Peek(8);
        var tag = ReadTag(bytes);
        if (tag.Group == 0xFFFE || !isExplicit) return new Header(tag, null, ReadUInt32(bytes[4..]), 8);
        var vr = Vr.Find(bytes[4], bytes[5]);
        if (vr is null) return UnknownVr(tag);
        if (!Vr.HasLongHeader(vr)) return new Header(tag, vr, ReadUInt16(bytes[6..]), 8);
        return source.Has(12) ? new Header(tag, vr, ReadUInt32(source.Peek(12)[8..]), 12) : new Header(tag, vr, Undefined - 1, 8);
    }

    // PS3.5 6.2 note: VRs of the future have 32-bit lengths. Where that runs out of the input the 16-bit form of old devices is meant.
    Header UnknownVr(Tag tag)
    {
        Problem("vr", $"{tag} has no known VR");
        if (source.Has(12))
        {
            var length = ReadUInt32(source.Peek(12)[8..]);
            if (length == Undefined || !source.EndsBefore(12L + length)) return new Header(tag, null, length, 12);
        }

        return new Header(tag, null, ReadUInt16(source.Peek(8)[6..]), 8);
    }

    Tag ReadTag(ReadOnlySpan<byte> bytes) => new(ReadUInt16(bytes), ReadUInt16(bytes[2..]));

    ushort ReadUInt16(ReadOnlySpan<byte> bytes) => bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    uint ReadUInt32(ReadOnlySpan<byte> bytes) => bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    bool Truncated(string text)
    {
        IsTruncated = true;
        Problem("truncated", text);
        return false;
    }

    void Problem(string code, string text)
    {
        if (problems.Count < MostProblems) problems.Add(new ReadProblem(code, Path(), source.Position, text));
    }

    string Path() => string.Join('>', frames.Reverse().Where(frame => frame.IsSequence).Take(8).Select(frame => frame.Tag));
}
