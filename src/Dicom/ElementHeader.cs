namespace Dicom2Fhir.Dicom;

/// <summary>Tag, VR and length of an element as written (PS3.5 section 7.1).</summary>
/// <param name="Vr">Null under implicit VR, for delimiters, and where the VR letters are none.</param>
/// <param name="Size">Bytes of the header itself.</param>
/// <param name="IsOdd">The VR letters are not of PS3.5 section 6.2, or not in capitals.</param>
readonly record struct ElementHeader(uint Tag, Vr? Vr, uint Length, int Size, bool IsOdd)
{
    public const uint Undefined = 0xFFFFFFFF;
    public const uint ItemTag = 0xFFFEE000;
    public const uint ItemDelimiter = 0xFFFEE00D;
    public const uint SequenceDelimiter = 0xFFFEE0DD;

    // An explicit header with a 32-bit length has 12 bytes.
    const int Longest = 12;

    // How far ahead the reader looks to see whether a guess at a broken header is followed by another element.
    const int LookAhead = 8 * 1024;

    public bool IsUndefined => Length == Undefined;

    public bool IsDelimitation => Tag >> 16 == 0xFFFE;

    /// <summary>Looks at the next header without passing it. False when the bytes end.</summary>
    public static bool TryPeek(ByteSource source, Syntax syntax, long end, out ElementHeader header)
    {
        var bytes = source.Peek(Longest);
        header = default;
        if (bytes.Length < 8) return false;
        var tag = syntax.TagAt(bytes);
        if (!syntax.IsExplicit || tag >> 16 == 0xFFFE)
        {
            header = new(tag, null, syntax.U32(bytes[4..]), 8, false);
            return true;
        }

        var vr = Dicom.Vr.Find(bytes[4], bytes[5]);
        if (vr is null) return TryPeekOdd(source, syntax, end, tag, out header);
        if (vr.HasLongLength && bytes.Length < Longest) return false;
        header = vr.HasLongLength ? new(tag, vr, syntax.U32(bytes[8..]), 12, false) : new(tag, vr, syntax.U16(bytes[6..]), 8, false);
        return true;
    }

    /// <summary>
    /// No VR of the standard: an unknown one has a 32-bit length (PS3.5 section 7.1.2), but writers of lower-case, blank or invented VRs use 16 bits or
    /// implicit headers too. The first reading that another element follows is taken.
    /// </summary>
    static bool TryPeekOdd(ByteSource source, Syntax syntax, long end, uint tag, out ElementHeader header)
    {
        var bytes = source.Peek(Longest);
        var vr = Dicom.Vr.Find((byte)(bytes[4] & 0xDF), (byte)(bytes[5] & 0xDF));
        var isLetters = char.IsAsciiLetter((char)bytes[4]) && char.IsAsciiLetter((char)bytes[5]);
        if (!isLetters) vr = null;
        ElementHeader small = new(tag, vr, syntax.U16(bytes[6..]), 8, true);
        ElementHeader asImplicit = new(tag, null, syntax.U32(bytes[4..]), 8, true);
        var large = bytes.Length == Longest && bytes[6] == 0 && bytes[7] == 0 ? new ElementHeader(tag, vr, syntax.U32(bytes[8..]), 12, true) : small;
        ReadOnlySpan<ElementHeader> guesses = vr is { HasLongLength: false } ? [small, large, asImplicit]
            : isLetters ? [large, small, asImplicit]
            : [asImplicit, small, large];
        foreach (var guess in guesses)
        {
            if (!guess.IsFollowed(source, syntax, end)) continue;
            header = guess;
            return true;
        }

        header = guesses[0];
        return true;
    }

    /// <summary>True when after this element comes the end of the data or item, a delimiter, or the header of a later element.</summary>
    bool IsFollowed(ByteSource source, Syntax syntax, long end)
    {
        if (IsUndefined) return Vr is null or { Kind: VrKind.Bulk or VrKind.Sequence };
        var next = Size + (long)Length;
        if (source.Position + next == end || source.Remaining == next) return true;
        if (source.Position + next > end || source.Remaining < next) return false;
        if (next > LookAhead) return source.Remaining is not null && (Length >> 16) is not (0x2020 or 0);
        var bytes = source.Peek((int)next + 8);
        if (bytes.Length == next) return true;
        if (bytes.Length < next + 8) return false;
        var tag = syntax.TagAt(bytes[(int)next..]);
        return tag > Tag && (tag >> 16 == 0xFFFE || (tag >> 16) - (Tag >> 16) < 0x100 || tag >> 16 == 0x7FE0);
    }
}
