using System.Collections.Frozen;
using System.Text;

namespace Dicom2Fhir.Dicom;

/// <summary>
/// The character sets a data set declares in (0008,0005) (PS3.3 C.12.1.1.2, PS3.5 section 6.1). What is declared wrongly or not at all is decoded as
/// well as can be, with a note.
/// </summary>
sealed class CharacterSets
{
    const byte Escape = 0x1B;

    static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    // Defined terms to code pages; "ISO 2022 IR n" means the same set with code extensions.
    static readonly FrozenDictionary<string, int> CodePages = new Dictionary<string, int>
    {
        ["100"] = 28591, ["101"] = 28592, ["109"] = 28593, ["110"] = 28594, ["144"] = 28595, ["127"] = 28596, ["126"] = 28597, ["138"] = 28598, ["148"] = 28599,
        ["203"] = 28605, ["13"] = 932, ["166"] = 874, ["192"] = 65001, ["GB18030"] = 54936, ["GBK"] = 936,
    }.ToFrozenDictionary();

    // Escape sequences (PS3.3 tables C.12-3 and C.12-4) to what the bytes behind them are.
    static readonly (byte[] Sequence, int CodePage, bool TwoBytes)[] Escapes =
    [
        ([0x28, 0x42], 20127, false), ([0x28, 0x4A], 932, false), ([0x29, 0x49], 932, false),
        ([0x2D, 0x41], 28591, false), ([0x2D, 0x42], 28592, false), ([0x2D, 0x43], 28593, false), ([0x2D, 0x44], 28594, false), ([0x2D, 0x4C], 28595, false),
        ([0x2D, 0x47], 28596, false), ([0x2D, 0x46], 28597, false), ([0x2D, 0x48], 28598, false), ([0x2D, 0x4D], 28599, false), ([0x2D, 0x62], 28605, false),
        ([0x2D, 0x54], 874, false), ([0x24, 0x42], 51932, true), ([0x24, 0x28, 0x44], 20932, true), ([0x24, 0x29, 0x43], 51949, false), ([0x24, 0x29, 0x41], 936, false),
    ];

    readonly Encoding first;
    readonly bool declared, extended;

    static CharacterSets() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    CharacterSets(Encoding first, bool declared, bool extended)
    {
        this.first = first;
        this.declared = declared;
        this.extended = extended;
    }

    /// <summary>Nothing declared: ASCII, and whatever devices write beyond it.</summary>
    public static CharacterSets Default { get; } = new(Encoding.ASCII, false, false);

    /// <param name="unknown">A term that is none, else null.</param>
    public static CharacterSets Of(IReadOnlyList<string> terms, out string? unknown)
    {
        unknown = null;
        if (terms.All(term => term.Length == 0)) return Default;
        var encoding = Encoding.ASCII;
        for (var i = 0; i < terms.Count; i++)
        {
            if (terms[i].Length == 0) continue;
            var number = Number(terms[i]);
            if (number is "6" or "87" or "159" or "149" or "58") continue;
            if (!CodePages.TryGetValue(number, out var page)) unknown = terms[i];
            else if (i == 0) encoding = Encoding.GetEncoding(page);
        }

        if (unknown is not null && terms.Count == 1) return Default;
        var declared = !ReferenceEquals(encoding, Encoding.ASCII) || terms.Count > 1;
        return new CharacterSets(encoding, declared, terms.Count > 1 || terms[0].StartsWith("ISO 2022", StringComparison.Ordinal));
    }

    /// <summary>Text of the default repertoire; bytes beyond it are taken as Latin-1.</summary>
    public static string Plain(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    public static string NoteText(string note) => note switch
    {
        "charset-undeclared" => "letters beyond ASCII without a declared character set",
        "charset-wrong" => "the bytes are not of the declared character set",
        _ => note,
    };

    /// <param name="isName">Person names: extensions end at ^ and = too.</param>
    /// <param name="note">Code of a problem, else null.</param>
    public string Decode(byte[] bytes, bool isName, out string? note)
    {
        note = null;
        if (!bytes.AsSpan().ContainsAnyInRange((byte)0x80, (byte)0xFF) && !bytes.AsSpan().Contains(Escape)) return Encoding.ASCII.GetString(bytes);
        if (bytes.AsSpan().Contains(Escape) && extended) return DecodeExtended(bytes, isName);
        if (!declared)
        {
            note = "charset-undeclared";
            return Utf8OrNull(bytes) ?? Encoding.GetEncoding(1252).GetString(bytes);
        }

        if (first.CodePage == 65001)
        {
            if (Utf8OrNull(bytes) is { } text) return text;
            note = "charset-wrong";
            return Encoding.GetEncoding(1252).GetString(bytes);
        }

        // Single-byte text is hardly ever valid UTF-8 by chance: such bytes are UTF-8 under a wrong label.
        if (first.IsSingleByte && Utf8OrNull(bytes) is { } really)
        {
            note = "charset-wrong";
            return really;
        }

        return first.GetString(bytes);
    }

    // ISO 2022: runs between escapes; sets fall back to the first one at delimiters (PS3.5 6.1.2.5.3).
    string DecodeExtended(byte[] bytes, bool isName)
    {
        var text = new StringBuilder(bytes.Length);
        var run = new List<byte>();
        var (encoding, twoBytes) = (first, false);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == Escape && Match(bytes.AsSpan(i + 1)) is { } escape)
            {
                Flush(text, run, encoding, twoBytes);
                (encoding, twoBytes) = (Encoding.GetEncoding(escape.CodePage), escape.TwoBytes);
                i += escape.Sequence.Length;
            }
            else if (!twoBytes && (bytes[i] is (byte)'\\' or (byte)'\r' or (byte)'\n' or (byte)'\f' or (byte)'\t' || (isName && bytes[i] is (byte)'^' or (byte)'=')))
            {
                Flush(text, run, encoding, twoBytes);
                text.Append((char)bytes[i]);
                (encoding, twoBytes) = (first, false);
            }
            else
            {
                run.Add(bytes[i]);
            }
        }

        Flush(text, run, encoding, twoBytes);
        return text.ToString();
    }

    static void Flush(StringBuilder text, List<byte> run, Encoding encoding, bool twoBytes)
    {
        if (run.Count == 0) return;
        // JIS X 0208 and 0212 stand in seven bits; EUC-JP is the same with the high bit (0212 behind 0x8F).
        byte[] bytes = !twoBytes ? [.. run] : encoding.CodePage == 20932 ? [.. run.Select((b, i) => (byte)(i % 2 == 0 ? b | 0x80 : b & 0x7F))] : [.. run.Select(b => (byte)(b | 0x80))];
        text.Append(encoding.GetString(bytes));
        run.Clear();
    }

    static (byte[] Sequence, int CodePage, bool TwoBytes)? Match(ReadOnlySpan<byte> bytes)
    {
        foreach (var escape in Escapes)
        {
            if (bytes.StartsWith(escape.Sequence)) return escape;
        }

        return null;
    }

    static string? Utf8OrNull(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    // "ISO_IR 100", "ISO 2022 IR 100", and the spellings devices make of them ("ISO-IR 100", "ISO IR 100").
    static string Number(string term)
    {
        var words = term.ToUpperInvariant().Replace('_', ' ').Replace('-', ' ').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words is ["ISO", "IR", _] or ["ISO", "2022", "IR", _] ? words[^1] : term.ToUpperInvariant().Trim();
    }
}
