using System.Buffers.Binary;
using System.Globalization;

namespace Dicom2Fhir.Dicom;

/// <summary>Bytes of a value to texts (PS3.5 sections 6.2 to 6.4).</summary>
static class ValueReader
{
    /// <summary>
    /// The VR a value is read by: what the file says, or the dictionary's where the file says none or UN, or says a text for another text.
    /// </summary>
    public static string EffectiveVr(Tag tag, string? stated, uint length)
    {
        var known = DataDictionary.Vr(tag);
        if (known is null or "NO") return stated ?? "UN";
        if (stated is null or "UN") return known == "SQ" ? "UN" : known;
        if (stated == known) return stated;
        var bothText = IsTextual(stated) && IsTextual(known);
        var bothNumbers = Vr.NumberSize(stated) > 0 && Vr.NumberSize(stated) == Vr.NumberSize(known);
        if (bothNumbers) return stated;                         // US/SS: the file decides
        if (bothText) return known;
        return stated is "OB" or "OW" && known != "SQ" && (IsTextual(known) || (Vr.NumberSize(known) is var size and > 0 && length % size == 0)) ? known : stated;
    }

    /// <param name="note">Code of a problem with the characters, else null.</param>
    public static IReadOnlyList<string> Read(string vr, byte[] bytes, bool bigEndian, CharacterSets characters, out string? note)
    {
        note = null;
        if (bytes.Length == 0) return [];
        if (Vr.NumberSize(vr) is var size and > 0) return Numbers(vr, size, bytes, bigEndian);
        var text = Vr.IsText(vr) ? characters.Decode(bytes, vr == "PN", out note) : CharacterSets.Plain(bytes);
        return Split(text, vr);
    }

    static bool IsTextual(string vr) => Vr.IsText(vr) || Vr.IsPlain(vr);

    static string[] Split(string text, string vr)
    {
        var clean = Clean(text, keepLines: vr is "LT" or "ST" or "UT");
        if (Vr.IsSingle(vr)) return clean.TrimEnd(' ') is { Length: > 0 } single ? [vr == "UR" ? single.Trim() : single] : [];
        var values = clean.Split('\\');
        for (var i = 0; i < values.Length; i++) values[i] = values[i].Trim(' ');
        return values is [""] ? [] : values;
    }

    // Controls, padding NULs among them, have no meaning in these texts and break what stores them.
    static string Clean(string text, bool keepLines)
    {
        if (!text.AsSpan().ContainsAnyInRange('\u0000', '\u001F') && !text.Contains('\u007F', StringComparison.Ordinal)) return text;
        return string.Concat(text.Select(c => c is '\0' or '\u007F' ? "" : c >= ' ' || (keepLines && c is '\n' or '\r' or '\t') ? c.ToString() : " "));
    }

    static string[] Numbers(string vr, int size, ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        var values = new string[bytes.Length / size];
        for (var i = 0; i < values.Length; i++) values[i] = Number(vr, bytes.Slice(i * size, size), bigEndian);
        return values;
    }

    static string Number(string vr, ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        Span<byte> little = stackalloc byte[bytes.Length];
        bytes.CopyTo(little);
        if (vr == "AT")
        {
            if (bigEndian)
            {
                little[..2].Reverse();
                little[2..].Reverse();
            }

            return string.Create(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadUInt16LittleEndian(little):X4}{BinaryPrimitives.ReadUInt16LittleEndian(little[2..]):X4}");
        }

        if (bigEndian) little.Reverse();
        return vr switch
        {
            "US" => Text(BinaryPrimitives.ReadUInt16LittleEndian(little)),
            "SS" => Text(BinaryPrimitives.ReadInt16LittleEndian(little)),
            "UL" => Text(BinaryPrimitives.ReadUInt32LittleEndian(little)),
            "SL" => Text(BinaryPrimitives.ReadInt32LittleEndian(little)),
            "UV" => Text(BinaryPrimitives.ReadUInt64LittleEndian(little)),
            "SV" => Text(BinaryPrimitives.ReadInt64LittleEndian(little)),
            "FL" => Text(BinaryPrimitives.ReadSingleLittleEndian(little)),
            _ => Text(BinaryPrimitives.ReadDoubleLittleEndian(little)),
        };
    }

    static string Text<T>(T number)
        where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);
}
