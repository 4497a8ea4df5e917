using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Dicom;

/// <summary>Values as text (PS3.5 section 6.2).</summary>
sealed class ValueDecoder(ProblemLog problems)
{
    static readonly SearchValues<byte> Printable = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(value => (byte)value)]);

    ElementParser? parser;
    uint tag;
    long offset;

    /// <summary>Names the element the next values belong to, for problems.</summary>
    public void At(ElementParser at, uint element, long position) => (parser, tag, offset) = (at, element, position);

    public IReadOnlyList<string> Decode(ReadOnlySpan<byte> bytes, Vr vr, Syntax syntax, CharacterSet characters) => vr.Kind switch
    {
        VrKind.Number => Numbers(bytes, vr, syntax),
        VrKind.LongText => LongText(Text(bytes.TrimEnd("\0 "u8), vr, characters)),
        _ => Split(Text(bytes.TrimEnd("\0 "u8), vr, characters)),
    };

    /// <summary>Values of the default repertoire, whatever else the bytes hold.</summary>
    public static string[] Ascii(ReadOnlySpan<byte> bytes) => Split(Encoding.Latin1.GetString(bytes).Replace("\0", "", StringComparison.Ordinal));

    string Text(ReadOnlySpan<byte> bytes, Vr vr, CharacterSet characters)
    {
        if (bytes.IsEmpty) return "";
        if (!bytes.ContainsAnyExcept(Printable)) return Encoding.Latin1.GetString(bytes);
        var text = characters.Decode(bytes, vr.Name == "PN", vr.Kind == VrKind.Text, out var fault);
        if (fault is not null) Report(fault, "the bytes are not of the declared character set");
        var isLong = vr.Kind == VrKind.LongText;
        return text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.AsSpan().ContainsAnyInRange('\u007f', '\u009f') ? Clean(text, isLong) : text;
    }

    /// <summary>Without control characters; line ends and tabs stay in long texts (PS3.5 section 6.1.3).</summary>
    string Clean(string text, bool isLong)
    {
        var removed = false;
        StringBuilder clean = new(text.Length);
        foreach (var letter in text)
        {
            var isKept = !char.IsControl(letter) || (isLong && letter is '\t' or '\n' or '\r');
            if (isKept) clean.Append(letter);
            else removed |= letter != '\0';
        }

        if (removed && parser is not null) Report("control-characters", "control characters are removed");
        return clean.ToString();
    }

    void Report(string code, string text)
    {
        if (problems.IsNew(code)) problems.Add(code, parser!.Path(tag), offset, text);
    }

    static string[] LongText(string text) => text.Length == 0 ? [] : [text];

    static string[] Split(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            text = text.Trim(' ');
            return text.Length == 0 ? [] : [text];
        }

        return text.Split('\\', StringSplitOptions.TrimEntries);
    }

    string[] Numbers(ReadOnlySpan<byte> bytes, Vr vr, Syntax syntax)
    {
        if (bytes.Length % vr.Size != 0) Report("number-length", "not a multiple of the size of a number");
        var values = new string[bytes.Length / vr.Size];
        for (var i = 0; i < values.Length; i++) values[i] = Number(bytes.Slice(i * vr.Size, vr.Size), vr.Name, syntax);
        return values;
    }

    static string Number(ReadOnlySpan<byte> bytes, string vr, Syntax syntax)
    {
        var culture = CultureInfo.InvariantCulture;
        return vr switch
        {
            "US" => syntax.U16(bytes).ToString(culture),
            "SS" => ((short)syntax.U16(bytes)).ToString(culture),
            "UL" => syntax.U32(bytes).ToString(culture),
            "SL" => ((int)syntax.U32(bytes)).ToString(culture),
            "AT" => syntax.TagAt(bytes).ToString("X8", culture),
            "FL" => BitConverter.UInt32BitsToSingle(syntax.U32(bytes)).ToString("R", culture),
            "FD" => BitConverter.UInt64BitsToDouble(U64(bytes, syntax)).ToString("R", culture),
            "SV" => ((long)U64(bytes, syntax)).ToString(culture),
            _ => U64(bytes, syntax).ToString(culture),
        };
    }

    static ulong U64(ReadOnlySpan<byte> bytes, Syntax syntax) =>
        syntax.IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
