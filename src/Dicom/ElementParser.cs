namespace Dicom2Fhir.Dicom;

/// <summary>
/// Turns bytes into the wanted elements (PS3.5 section 7). Iterative: sequences and items being read stand on a stack of frames, what is not wanted
/// or too deep is passed by a counter.
/// </summary>
sealed class ElementParser(ByteSource source, ReadSet readSet, Limits limits, ProblemLog problems)
{
    const uint CharacterSetTag = 0x00080005, PixelRepresentationTag = 0x00280103, SopInstanceTag = 0x00080018, StudyTag = 0x0020000D, SeriesTag = 0x0020000E;

    // The first tags of the pixel data module: (7FE0,0008) float, (7FE0,0009) double float, (7FE0,0010) (PS3.3 section C.7.6.24).
    const uint PixelDataTag = 0x7FE00008;

    // Values longer than this are passed by a seek and do not count as header bytes.
    const int LongValue = 64 * 1024;

    readonly List<Frame> stack = [];
    readonly ValueDecoder decoder = new(problems);
    long passed;
    long kept;
    int elements;
    int uids;
    bool cut;

    /// <summary>Study, Series and SOP Instance UID were read: the header says which instance it is.</summary>
    public bool HasUids => uids == 7;

    /// <summary>The bytes ended inside an element or an open sequence.</summary>
    public bool IsCut => cut;

    /// <summary>Reads up to the pixel data, the last wanted tag or the end of the bytes.</summary>
    public DataSet Read(Syntax syntax)
    {
        Frame root = new() { Set = readSet, Syntax = syntax, Characters = CharacterSet.Default, End = long.MaxValue };
        stack.Add(root);
        while (Step())
        {
        }

        while (stack.Count > 1) Close();
        return Finish(root);
    }

    bool Step()
    {
        var frame = stack[^1];
        if (source.Position - passed > limits.HeaderBytes) throw Limit($"header longer than {limits.HeaderBytes} bytes");
        if (source.Position >= frame.End)
        {
            if (frame.IsUndefined) Report("delimiter-missing", 0, "the enclosing sequence ends before the delimiter");
            Close();
            return true;
        }

        if (!ElementHeader.TryPeek(source, frame.Syntax, frame.End, out var header))
        {
            cut = stack.Count > 1 || source.Peek(1).Length > 0;
            return false;
        }

        return frame.IsSequence ? StepInSequence(frame, header) : header.IsDelimitation ? Delimiter(frame, header) : StepInItem(frame, header);
    }

    bool StepInSequence(Frame frame, ElementHeader header)
    {
        switch (header.Tag)
        {
            case ElementHeader.ItemTag:
                source.Advance(header.Size);
                OpenItem(frame, header);
                return true;
            case ElementHeader.SequenceDelimiter:
                PassDelimiter(header);
                if (frame.IsUndefined) Close();
                return true;
            case ElementHeader.ItemDelimiter:
                PassDelimiter(header);
                return true;
            default:
                Report("not-items", frame.Tag, "a sequence holds something else than items");
                if (!frame.IsUndefined) cut |= !Pass(frame.End - source.Position);
                Close();
                return !cut;
        }
    }

    void OpenItem(Frame sequence, ElementHeader header)
    {
        var end = header.IsUndefined ? sequence.End : source.Position + header.Length;
        if (end > sequence.End) Report("length-beyond-parent", sequence.Tag, "an item is longer than its sequence");
        Count();
        stack.Add(new()
        {
            Tag = sequence.Tag,
            Set = sequence.Set,
            Syntax = sequence.IsUnknown ? SyntaxInUnknown() : sequence.Syntax,
            Characters = sequence.Characters,
            IsSigned = sequence.IsSigned,
            End = Math.Min(end, sequence.End),
            IsUndefined = header.IsUndefined,
        });
    }

    /// <summary>A delimiter or item tag where elements stand.</summary>
    bool Delimiter(Frame frame, ElementHeader header)
    {
        var belongsHere = header.Tag == ElementHeader.ItemDelimiter && frame.IsUndefined;
        if (!belongsHere && stack.Count > 1 && frame.IsUndefined)
        {
            Report("delimiter-missing", frame.Tag, "an item ends without its delimiter");
            Close();
            return true;
        }

        if (!belongsHere) Report("stray-delimiter", header.Tag, "a delimiter without its sequence or item");
        PassDelimiter(header);
        if (belongsHere) Close();
        return true;
    }

    void PassDelimiter(ElementHeader header)
    {
        if (header.Length != 0 && header.Tag != ElementHeader.ItemTag) Report("delimiter-length", header.Tag, "a delimiter has a length");
        source.Advance(header.Size);
    }

    bool StepInItem(Frame frame, ElementHeader header)
    {
        if (stack.Count == 1 && IsBehind(frame, header.Tag)) return false;
        if (header.Tag <= frame.LastTag) Unordered(frame, header.Tag);
        frame.LastTag = Math.Max(frame.LastTag, header.Tag);
        var tag = Tag.Of(header.Tag);
        var wanted = frame.Set.Contains(tag) && (tag.Element != 0 || tag.Group < 8);
        var vr = wanted || header.IsUndefined ? EffectiveVr(frame, header, wanted) : Vr.Unknown;
        source.Advance(header.Size);
        if (header.IsUndefined) return vr.Kind == VrKind.Sequence && wanted ? OpenSequence(frame, header, vr) : PassNested(frame, header, wanted, vr);
        var length = Bounded(frame, header);
        if (vr.Kind == VrKind.Sequence) return OpenSequence(frame, header with { Length = (uint)length }, vr);
        Remember(frame, header, length);
        if (!wanted) return Pass(length) || End();
        return Keep(frame, header, vr, length) || End();
    }

    /// <summary>
    /// Reading may stop: at the pixel data always, behind the last wanted tag only where the tags ascended so far and the three UIDs are known.
    /// </summary>
    bool IsBehind(Frame root, uint tag) =>
        tag >= PixelDataTag || (readSet.Last is { } last && tag > last.Value && HasUids && !root.IsUnordered);

    void Unordered(Frame frame, uint tag)
    {
        frame.IsUnordered = true;
        if (tag == frame.LastTag) Report("duplicate-tag", tag, "the element stands there twice, the first counts");
        else if (tag != 0) ReportOnce("unordered-tags", tag, "tags do not ascend");
    }

    /// <summary>The length as far as the enclosing item reaches.</summary>
    long Bounded(Frame frame, ElementHeader header)
    {
        long length = header.Length;
        if (source.Position + length > frame.End)
        {
            Report("length-beyond-parent", header.Tag, "the value is longer than its item");
            return Math.Max(0, frame.End - source.Position);
        }

        if ((length & 1) != 0) ReportOnce("odd-length", header.Tag, "a value of odd length");
        return length;
    }

    bool OpenSequence(Frame frame, ElementHeader header, Vr vr)
    {
        if (stack.Count / 2 >= limits.Depth)
        {
            ReportOnce("too-deep", header.Tag, $"sequences deeper than {limits.Depth} levels are skipped");
            return header.IsUndefined ? PassNested(frame, header, true, vr) : Pass(header.Length) || End();
        }

        stack.Add(new()
        {
            Tag = header.Tag,
            IsSequence = true,
            IsUnknown = frame.Syntax.IsExplicit && header.Vr?.Kind != VrKind.Sequence,
            Set = frame.Set.Items(Tag.Of(header.Tag)),
            Syntax = frame.Syntax.IsExplicit && header.Vr is { Name: "UN" } ? Syntax.ImplicitLittle : frame.Syntax,
            Characters = frame.Characters,
            IsSigned = frame.IsSigned,
            End = header.IsUndefined ? frame.End : source.Position + header.Length,
            IsUndefined = header.IsUndefined,
        });
        return true;
    }

    /// <summary>Passes an element of undefined length that is not wanted: counts what opens and closes, never stacks.</summary>
    bool PassNested(Frame frame, ElementHeader opening, bool wanted, Vr vr)
    {
        if (wanted && vr.Kind != VrKind.Sequence) Add(frame, new(Tag.Of(opening.Tag), vr.Name, [], []));
        var syntax = frame.Syntax;
        long depth = 1;
        var unknownAt = long.MaxValue;
        if (syntax.IsExplicit && opening.Vr is { Name: "UN" }) (syntax, unknownAt) = (SyntaxInSequence(), 1);
        while (depth > 0 && source.Position < frame.End)
        {
            if (source.Position - passed > limits.HeaderBytes) throw Limit($"header longer than {limits.HeaderBytes} bytes");
            if (!ElementHeader.TryPeek(source, syntax, frame.End, out var header)) return End();
            source.Advance(header.Size);
            if (header.Tag is ElementHeader.ItemDelimiter or ElementHeader.SequenceDelimiter)
            {
                depth--;
                if (depth < unknownAt) (syntax, unknownAt) = (frame.Syntax, long.MaxValue);
            }
            else if (header.IsUndefined)
            {
                depth++;
                if (unknownAt != long.MaxValue || !syntax.IsExplicit || header.Vr is not { Name: "UN" }) continue;
                (syntax, unknownAt) = (SyntaxInSequence(), depth);
            }
            else if (!Pass(header.Length))
            {
                return End();
            }
        }

        return true;
    }

    /// <summary>Items of a sequence written as UN are implicit little endian (PS3.5 section 6.2.2 note, CP-246); some writers keep explicit VRs.</summary>
    Syntax SyntaxInUnknown() =>
        source.Peek(6) is [_, _, _, _, var first, var second] && Vr.Find(first, second) is not null ? Syntax.ExplicitLittle : Syntax.ImplicitLittle;

    Syntax SyntaxInSequence() =>
        source.Peek(14) is [0xFE, 0xFF, 0x00, 0xE0, _, _, _, _, _, _, _, _, var first, var second] && Vr.Find(first, second) is not null
            ? Syntax.ExplicitLittle
            : Syntax.ImplicitLittle;

    /// <summary>
    /// The VR to decode by: the dictionary's for known tags where file and dictionary mean the same kind of bytes, or the file says UN or nothing; a
    /// sequence where the value is one.
    /// </summary>
    Vr EffectiveVr(Frame frame, ElementHeader header, bool wanted)
    {
        var written = header.Vr;
        var known = DataDictionary.VrOf(Tag.Of(header.Tag));
        if (wanted && header.IsOdd) Report("vr-unknown", header.Tag, "no VR of the standard");
        var meant = known is null ? Fallback(header) : Dicom.Vr.Find(known[..2])!;
        if (known?.Length > 2) meant = Alternative(frame, header.Tag, known, written, meant);
        if (written is null or { Name: "UN" })
        {
            if (meant.Kind == VrKind.Sequence || !StartsWithItem(header)) return meant;
            return known is null && !header.IsUndefined ? meant : Vr.Sequence;
        }

        if (written == meant || known is null) return written;
        if (wanted) Report("vr", header.Tag, $"written as {written.Name}, the dictionary says {known}");
        if (written.Kind == VrKind.Sequence || meant.Kind == VrKind.Sequence) return StartsWithItem(header) || header.IsUndefined ? Vr.Sequence : OtherThanSequence(written, meant);
        return written.IsText == meant.IsText && (written.IsText || written.Size == meant.Size) || written.Kind == VrKind.Bulk ? meant : written;
    }

    static Vr OtherThanSequence(Vr written, Vr meant) => written.Kind == VrKind.Sequence ? meant : written;

    /// <summary>Private creators are LO (PS3.5 section 7.8.1); other tags without a dictionary entry stay unknown.</summary>
    static Vr Fallback(ElementHeader header) =>
        header.IsUndefined ? Vr.Sequence
        : (header.Tag & 0x10000) != 0 && (header.Tag & 0xFFFF) is >= 0x10 and <= 0xFF ? Vr.LongString
        : Vr.Unknown;

    /// <summary>"US|SS" by the Pixel Representation, "US|OW" and "OB|OW" as words without values (PS3.5 annex A.1).</summary>
    static Vr Alternative(Frame frame, uint tag, string known, Vr? written, Vr first)
    {
        if (written is not null && known.Contains(written.Name, StringComparison.Ordinal)) return written;
        if (known == "US|SS" || (known == "US|SS|OW" && tag != 0x00283006)) return frame.IsSigned ? Vr.Named("SS") : first;
        return Vr.Named("OW");
    }

    bool StartsWithItem(ElementHeader header)
    {
        var bytes = source.Peek(header.Size + 4);
        if (bytes.Length < header.Size + 4 || (header.Length < 8 && !header.IsUndefined)) return false;
        return bytes[header.Size..] is [0xFE, 0xFF, 0x00, 0xE0] or [0xFF, 0xFE, 0xE0, 0x00];
    }

    /// <summary>What later elements depend on, wanted or not.</summary>
    void Remember(Frame frame, ElementHeader header, long length)
    {
        switch (header.Tag)
        {
            case PixelRepresentationTag when length == 2:
                frame.IsSigned = source.Peek(2) is { Length: 2 } bytes && frame.Syntax.U16(bytes) == 1;
                break;
            case CharacterSetTag when length is > 0 and < 1024:
                frame.Characters = CharacterSet.Of(ValueDecoder.Ascii(source.Peek((int)length)), out var fault);
                if (fault is not null) ReportOnce("charset-unknown", header.Tag, fault);
                break;
            case SopInstanceTag or StudyTag or SeriesTag when stack.Count == 1 && length is > 0 and <= 1024 && source.Peek((int)length).Length == length:
                if (ValueDecoder.Ascii(source.Peek((int)length)) is [{ Length: > 0 }, ..]) uids |= header.Tag switch { SopInstanceTag => 1, StudyTag => 2, _ => 4 };
                break;
        }
    }

    bool Keep(Frame frame, ElementHeader header, Vr vr, long length)
    {
        var tag = Tag.Of(header.Tag);
        if (vr.Kind == VrKind.Bulk)
        {
            Add(frame, new(tag, vr.Name, [], []));
            return Pass(length);
        }

        if (length > limits.ValueBytes)
        {
            Report("value-too-long", header.Tag, $"{length} bytes, at most {limits.ValueBytes} are decoded");
            Add(frame, new(tag, vr.Name, [], []));
            return Pass(length);
        }

        var bytes = source.Peek((int)length);
        if (bytes.Length < length) return false;
        kept += length;
        if (kept > limits.KeptBytes) throw Limit($"more than {limits.KeptBytes} bytes of values");
        decoder.At(this, header.Tag, source.Position);
        Add(frame, new(tag, vr.Name, decoder.Decode(bytes, vr, frame.Syntax, frame.Characters), []));
        source.Advance((int)length);
        return true;
    }

    bool Pass(long length)
    {
        if (length > LongValue) passed += length;
        return source.Skip(length);
    }

    bool End()
    {
        cut = true;
        return false;
    }

    void Add(Frame frame, Element element)
    {
        Count();
        frame.Elements.Add(element);
    }

    void Count()
    {
        if (++elements > limits.Elements) throw Limit($"more than {limits.Elements} elements");
    }

    void Close()
    {
        var frame = stack[^1];
        stack.RemoveAt(stack.Count - 1);
        var parent = stack[^1];
        if (frame.IsSequence) Add(parent, new(Tag.Of(frame.Tag), "SQ", [], frame.Items is null ? [] : frame.Items));
        else (parent.Items ??= []).Add(Shared(parent.Items, frame) ?? Finish(frame));
    }

    DataSet? Shared(List<DataSet> items, Frame frame)
    {
        if (items.Count == 0) return null;
        var before = ItemSharing.Share(frame.Elements, items[^1], out var shared);
        elements -= shared;
        return before;
    }

    DataSet Finish(Frame frame)
    {
        DataSet dataSet = new(frame.Elements);
        if (frame.IsUnordered && dataSet.Elements.Count < frame.Elements.Count) Report("duplicate-tag", 0, "an element stands there twice, the first counts");
        return dataSet;
    }

    void Report(string code, uint tag, string text)
    {
        if (problems.IsNew(code, tag)) problems.Add(code, Path(tag), source.Position, text);
    }

    /// <summary>For faults that repeat: one entry an input says enough.</summary>
    void ReportOnce(string code, uint tag, string text)
    {
        if (problems.IsNew(code)) problems.Add(code, Path(tag), source.Position, text);
    }

    DicomFormatException Limit(string text) => new(DicomFault.Limit, text, source.Position, Path(0));

    /// <summary>The sequences being read and the tag at hand; 0 leaves it out.</summary>
    public string Path(uint tag)
    {
        var tags = stack.Where(frame => frame.IsSequence).Select(frame => Tag.Of(frame.Tag)).ToList();
        if (tag != 0 && (tags.Count == 0 || tags[^1].Value != tag)) tags.Add(Tag.Of(tag));
        return string.Join('>', tags);
    }
}
