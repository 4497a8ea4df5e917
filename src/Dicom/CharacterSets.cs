using System.Collections.Frozen;
using System.Text;

namespace Dicom2Fhir.Dicom;

/// <summary>The Specific Character Set (0008,0005) in force for a data set or item (PS3.3 section C.12.1.1.2, PS3.5 section 6.1).</summary>
sealed class CharacterSet
{
    enum Scheme
    {
        /// <summary>Nothing declared: ISO 646, or what the bytes look like.</summary>
        Undeclared,

        /// <summary>One byte a character, or code extensions.</summary>
        Iso2022,
        Utf8,
        Chinese,
    }

    static readonly Encoding StrictUtf8 = new UTF8Encoding(false, true);

    static readonly Encoding Windows1252 = CodePage(1252);

    // Number in the defined term -> code page. Positive: bytes above 127 are one character each.
    static readonly FrozenDictionary<int, int> SingleByte = new Dictionary<int, int>
    {
        // 28591 as its superset 1252: writers on Windows put quotes and dashes there.
        [100] = 1252, [101] = 28592, [109] = 28593, [110] = 28594, [144] = 28595, [127] = 28596, [126] = 28597, [138] = 28598, [148] = 28599,
        [203] = 28605, [166] = 874,
    }.ToFrozenDictionary();

    // The final byte of ESC 2/13 (G1, 96 characters): PS3.3 table C.12-3.
    static readonly FrozenDictionary<byte, int> ByEscape = new Dictionary<byte, int>
    {
        [(byte)'A'] = 100, [(byte)'B'] = 101, [(byte)'C'] = 109, [(byte)'D'] = 110, [(byte)'L'] = 144, [(byte)'G'] = 127, [(byte)'F'] = 126,
        [(byte)'H'] = 138, [(byte)'M'] = 148, [(byte)'b'] = 203, [(byte)'T'] = 166,
    }.ToFrozenDictionary();

    static readonly FrozenDictionary<int, Encoding> CodePages = SingleByte.Values.ToFrozenDictionary(page => page, CodePage);

    static readonly Encoding JapaneseEuc = CodePage(20932);

    static readonly Encoding KoreanEuc = CodePage(51949);

    static readonly Encoding ChineseEuc = CodePage(936);

    readonly Scheme scheme;
    readonly int initial;
    readonly Encoding? encoding;

    CharacterSet(Scheme scheme, int initial = 6, Encoding? encoding = null)
    {
        this.scheme = scheme;
        this.initial = initial;
        this.encoding = encoding;
    }

    public static CharacterSet Default { get; } = new(Scheme.Undeclared);

    /// <summary>Reads the terms, faulty spellings too ("ISO-IR 100", "iso_ir 100", "UTF-8").</summary>
    /// <param name="fault">What is wrong with the terms, null for none.</param>
    public static CharacterSet Of(IReadOnlyList<string> terms, out string? fault)
    {
        fault = null;
        CharacterSet? first = null;
        for (var i = 0; i < terms.Count; i++)
        {
            var set = OfTerm(terms[i], ref fault);
            if (i == 0) first = set;
        }

        // An empty or ISO 646 first value with others behind: code extensions that start from ISO 646.
        if (first is null or { scheme: Scheme.Undeclared }) return terms.Count > 1 ? new(Scheme.Iso2022) : Default;
        return first;
    }

    /// <summary>The text of a value.</summary>
    /// <param name="isName">PN: the sets return to the first at '^' and '=' too (PS3.5 section 6.1.2.5.3).</param>
    /// <param name="isMulti">A backslash separates values and returns to the first sets.</param>
    /// <param name="fault">Problem code, null when the bytes are as declared.</param>
    public string Decode(ReadOnlySpan<byte> bytes, bool isName, bool isMulti, out string? fault)
    {
        fault = null;
        if (scheme is Scheme.Undeclared or Scheme.Iso2022 && bytes.Contains((byte)0x1B))
        {
            var text = Iso2022Text.Decode(bytes, initial, isName, isMulti, out var isFaulty);
            fault = isFaulty ? "charset-wrong" : scheme == Scheme.Undeclared ? "charset-missing" : null;
            return text;
        }

        if (!bytes.ContainsAnyInRange((byte)0x80, (byte)0xFF) && scheme != Scheme.Chinese && initial != 13) return Encoding.Latin1.GetString(bytes);
        return scheme switch
        {
            Scheme.Undeclared => Guess(bytes, "charset-missing", out fault),
            Scheme.Utf8 => Strict(bytes) ?? Guess(bytes, "charset-wrong", out fault),
            Scheme.Chinese => Chinese(bytes, out fault),
            _ => Single(bytes, isName, isMulti, out fault),
        };
    }

    static Encoding CodePage(int number) =>
        CodePagesEncodingProvider.Instance.GetEncoding(number, EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\uFFFD"))!;

    /// <summary>
    /// Text of a page with one byte a character. The framework's tables give private-use letters for bytes that are not assigned, and know the Greek set of
    /// 1987 and the Hebrew of 1988.
    /// </summary>
    static string SingleByteText(int page, ReadOnlySpan<byte> bytes, out bool isFaulty)
    {
        var text = CodePages[page].GetString(bytes);
        if (page == 28597)
            text = text.Replace('\u02BD', '\u2018').Replace('\u02BC', '\u2019').Replace('\uF7C2', '\u20AC').Replace('\uF7C3', '\u20AF').Replace('\uF7C4', '\u037A');
        if (page == 28598) text = text.Replace('\u203E', '\u00AF');
        isFaulty = text.AsSpan().ContainsAnyInRange('\uE000', '\uF8FF') || text.Contains('\uFFFD', StringComparison.Ordinal);
        return isFaulty ? string.Concat(text.Select(letter => letter is >= '\uE000' and <= '\uF8FF' ? '\uFFFD' : letter)) : text;
    }

    static CharacterSet? OfTerm(string term, ref string? fault)
    {
        var letters = string.Concat(term.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        if (letters.Length == 0) return null;
        if (letters is "GB18030") return new(Scheme.Chinese, encoding: CodePage(54936));
        if (letters is "GBK") return new(Scheme.Chinese, encoding: CodePage(936));
        if (letters is "ISOIR192" or "ISO2022IR192") return new(Scheme.Utf8);
        var number = letters.StartsWith("ISO2022IR", StringComparison.Ordinal) ? letters[9..] : letters.StartsWith("ISOIR", StringComparison.Ordinal) ? letters[5..] : "";
        var isPlain = term.StartsWith("ISO_IR ", StringComparison.Ordinal) || term.StartsWith("ISO 2022 IR ", StringComparison.Ordinal);
        if (!isPlain) fault = "not a defined term";
        if (number == "6") return Default;
        if (int.TryParse(number, out var known) && (SingleByte.ContainsKey(known) || known is 13 or 58 or 87 or 149 or 159)) return new(Scheme.Iso2022, known);
        fault = "not a defined term";
        return letters switch
        {
            "UTF8" => new(Scheme.Utf8),
            "LATIN1" or "ISO88591" or "WINDOWS1252" or "CP1252" => new(Scheme.Iso2022, 100),
            _ => null,
        };
    }

    string Single(ReadOnlySpan<byte> bytes, bool isName, bool isMulti, out string? fault)
    {
        fault = null;
        if (SingleByte.TryGetValue(initial, out var page))
        {
            // No Latin text has the byte pairs of UTF-8 letters; other alphabets may.
            if (initial is 100 or 101 or 109 or 110 or 148 or 203 && Strict(bytes) is { } utf8)
            {
                fault = "charset-wrong";
                return utf8;
            }

            var text = SingleByteText(page, bytes, out var isOdd);
            if (isOdd) fault = "charset-wrong";
            return text;
        }

        // ISO 646 first and high bytes without an escape: nothing declares them.
        if (initial is 6 or 87 or 159) return Guess(bytes, "charset-wrong", out fault);
        var extended = Iso2022Text.Decode(bytes, initial, isName, isMulti, out var isFaulty);
        if (isFaulty) fault = "charset-wrong";
        return extended;
    }

    string Chinese(ReadOnlySpan<byte> bytes, out string? fault)
    {
        var text = encoding!.GetString(bytes);
        fault = text.Contains('\uFFFD', StringComparison.Ordinal) ? "charset-wrong" : null;
        return text;
    }

    static string Guess(ReadOnlySpan<byte> bytes, string code, out string? fault)
    {
        fault = code;
        return Strict(bytes) ?? Windows1252.GetString(bytes);
    }

    static string? Strict(ReadOnlySpan<byte> bytes) => System.Text.Unicode.Utf8.IsValid(bytes) ? StrictUtf8.GetString(bytes) : null;

    /// <summary>Code extensions (ISO/IEC 2022 as PS3.5 section 6.1.2.5 allows it): G0 for bytes below 128, G1 above, changed by escape sequences.</summary>
    static class Iso2022Text
    {
        public static string Decode(ReadOnlySpan<byte> bytes, int initial, bool isName, bool isMulti, out bool isFaulty)
        {
            isFaulty = false;
            StringBuilder text = new(bytes.Length);
            var (g0, g1) = First(initial);
            for (var at = 0; at < bytes.Length;)
            {
                var value = bytes[at];
                if (value == 0x1B)
                {
                    var length = Escape(bytes[at..], ref g0, ref g1);
                    isFaulty |= length == 1;
                    if (length == 1) text.Append((char)value);
                    at += length;
                }
                else if (value >= 0x80)
                {
                    at += High(bytes[at..], g1, text, ref isFaulty);
                }
                else if (g0 is 87 or 159 && value > 0x20 && value < 0x7F && at + 1 < bytes.Length && bytes[at + 1] is > 0x20 and < 0x7F)
                {
                    // EUC-JP of JIS X 0208 has both high bits, of JIS X 0212 (in this code page) the first only.
                    var letter = JapaneseEuc.GetString([(byte)(value | 0x80), g0 == 87 ? (byte)(bytes[at + 1] | 0x80) : bytes[at + 1]]);

                    // the code page gives a middle dot for what it has no letter for; the dot itself is row 1, cell 6
                    var isOdd = letter == "\u30FB" && (g0 != 87 || value != 0x21 || bytes[at + 1] != 0x26);
                    text.Append(isOdd ? "\uFFFD" : letter);
                    at += 2;
                }
                else
                {
                    text.Append(g0 == 13 && value == 0x7E ? '\u203E' : (char)value);
                    if (value < 0x20 || (isMulti && value == '\\') || (isName && value is (byte)'^' or (byte)'=')) (g0, g1) = First(initial);
                    at++;
                }
            }

            isFaulty |= text.ToString().Contains('\uFFFD', StringComparison.Ordinal);
            return text.ToString();
        }

        static (int G0, int G1) First(int initial) => initial switch
        {
            13 => (13, 13),
            87 or 159 => (initial, 0),
            6 => (6, 0),
            _ => (6, initial),
        };

        /// <summary>Bytes of the sequence (PS3.3 tables C.12-3 and C.12-4); 1 when it is none of them.</summary>
        static int Escape(ReadOnlySpan<byte> bytes, ref int g0, ref int g1)
        {
            switch (bytes)
            {
                case [_, (byte)'(', (byte)'B', ..]:
                    g0 = 6;
                    return 3;
                case [_, (byte)'(', (byte)'J', ..]:
                    g0 = 13;
                    return 3;
                case [_, (byte)')', (byte)'I', ..]:
                    g1 = 13;
                    return 3;
                case [_, (byte)'-', var final, ..] when ByEscape.TryGetValue(final, out var set):
                    g1 = set;
                    return 3;
                case [_, (byte)'$', (byte)'B' or (byte)'@', ..]:
                    g0 = 87;
                    return 3;
                case [_, (byte)'$', (byte)'(', (byte)'D', ..]:
                    g0 = 159;
                    return 4;
                case [_, (byte)'$', (byte)')', (byte)'C', ..]:
                    g1 = 149;
                    return 4;
                case [_, (byte)'$', (byte)')', (byte)'A', ..]:
                    g1 = 58;
                    return 4;
                default:
                    return 1;
            }
        }

        static int High(ReadOnlySpan<byte> bytes, int g1, StringBuilder text, ref bool isFaulty)
        {
            var length = g1 is 149 or 58 && bytes.Length > 1 && bytes[1] >= 0xA1 ? 2 : 1;
            if (g1 == 13 && bytes[0] is >= 0xA1 and <= 0xDF) text.Append((char)(0xFF61 + bytes[0] - 0xA1));
            else if (length == 2) text.Append((g1 == 149 ? KoreanEuc : ChineseEuc).GetString(bytes[..2]));
            else text.Append(SingleByteText(SingleByte.GetValueOrDefault(g1, 1252), bytes[..1], out _));
            isFaulty |= g1 is 0 or 13 or 149 or 58 && length == 1 && !(g1 == 13 && bytes[0] is >= 0xA1 and <= 0xDF);
            return length;
        }
    }
}
