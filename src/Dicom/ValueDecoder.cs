using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Dicom;

/// <summary>Values as text (PS3.5 section 6.2).</summary>
sealed class ValueDecoder(ProblemLog problems)
{
    static readonly SearchValues<byte> Printable = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(value => (byte)value)]);

    // Line ends and tabs belong to long texts (PS3.5 section 6.1.3); NUL is a padding that stands in the wrong place.
    static readonly SearchValues<char> ControlsOfLongText = SearchValues.Create([.. Controlling("\0\t\n\f\r")]);

    static readonly SearchValues<char> Controls = SearchValues.Create([.. Controlling("\0")]);

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
        if (text.AsSpan().ContainsAny(Controls) && (vr.Kind != VrKind.LongText || text.AsSpan().ContainsAny(ControlsOfLongText)))
            Report("control-characters", "control characters, which the VR does not allow");
        return text;
    }

    void Report(string code, string text)
    {
        if (problems.IsNew(code)) problems.Add(code, parser!.Path(tag), offset, text);
    }

    static IEnumerable<char> Controlling(string allowed) => Enumerable.Range(0, 0xA0).Select(value => (char)value).Where(char.IsControl).Except(allowed);

    static string[] LongText(string text) => text.Length == 0 ? [] : [text];

    static string[] Split(string text)
    {
        if (text.Contains('\\', StringComparison.Ordinal)) return Array.ConvertAll(text.Split('\\'), Trimmed);
        text = Trimmed(text);
        return text.Length == 0 ? [] : [text];
    }

    static string Trimmed(string text)
    {
        var end = text.AsSpan().TrimEnd("\0 ").Length;
        return text[..end].TrimStart(' ');
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
