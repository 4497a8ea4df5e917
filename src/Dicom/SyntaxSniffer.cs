namespace Dicom2Fhir.Dicom;

/// <summary>Tells by the first bytes of a data set how it is encoded.</summary>
static class SyntaxSniffer
{
    // A data set that starts without meta group starts with group 0008 (or 0004 in a DICOMDIR); some unordered ones with 0010 to 0028.
    const int LastFirstGroup = 0x0040;

    /// <summary>The encoding of a data set nothing is declared about; null when the bytes are no data set.</summary>
    public static Syntax? OfBareDataSet(ByteSource source)
    {
        foreach (var syntax in (ReadOnlySpan<Syntax>)[Syntax.ExplicitLittle, Syntax.ExplicitBig, Syntax.ImplicitLittle])
        {
            if (IsDataSet(source, syntax)) return syntax;
        }

        return null;
    }

    /// <summary>The encoding after a meta group: the declared one unless the first element shows another.</summary>
    public static Syntax Correct(ByteSource source, Syntax declared)
    {
        var bytes = source.Peek(8);
        if (bytes.Length < 8) return declared;
        var isBig = Syntax.ExplicitBig.U16(bytes) < Syntax.ExplicitLittle.U16(bytes);
        if (Vr.Find(bytes[4], bytes[5]) is not null) return isBig ? Syntax.ExplicitBig : Syntax.ExplicitLittle;
        if (declared.IsExplicit && !char.IsAsciiLetter((char)bytes[4]) && IsImplicitElement(source, bytes)) return Syntax.ImplicitLittle;
        return declared;
    }

    /// <summary>True when plain elements stand where a deflated stream was announced.</summary>
    public static bool IsPlain(ByteSource source) => OfBareDataSet(source) is not null;

    static bool IsDataSet(ByteSource source, Syntax syntax)
    {
        var bytes = source.Peek(8);
        if (bytes.Length < 8) return false;
        var tag = Tag.Of(syntax.TagAt(bytes));
        if (tag.Group is 0 or > LastFirstGroup || tag.IsPrivate) return false;
        if (tag.Element != 0 && DataDictionary.VrOf(tag) is null) return false;
        return syntax.IsExplicit ? Vr.Find(bytes[4], bytes[5]) is not null : IsImplicitElement(source, bytes);
    }

    static bool IsImplicitElement(ByteSource source, ReadOnlySpan<byte> bytes)
    {
        var length = Syntax.ImplicitLittle.U32(bytes[4..]);
        return length == ElementHeader.Undefined || (length < 1 << 20 && (source.Remaining is not { } left || 8 + (long)length <= left));
    }
}
