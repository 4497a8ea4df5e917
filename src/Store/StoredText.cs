using System.Buffers;
using System.Text;

namespace Dicom2Fhir.Store;

/// <summary>What PostgreSQL's text can hold: no U+0000 and no half surrogate pairs; and what fits an entry of a btree (2,704 bytes).</summary>
static class StoredText
{
    // Room for the other columns of the index entry.
    const int LongestIndexed = 2_000;

    static readonly SearchValues<char> Suspect = SearchValues.Create(['\0', .. Enumerable.Range(0xd800, 0x800).Select(code => (char)code)]);

    /// <summary>The text with U+FFFD in the place of what cannot be stored.</summary>
    public static string? Clean(string? text)
    {
        if (text is null || IsStorable(text)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) clean.Append(rune.Value == 0 ? "\ufffd" : rune.ToString());
        return clean.ToString();
    }

    /// <summary>True when an index can hold the parts together. Longer values stand in the document and are not found by search.</summary>
    public static bool IsIndexable(params ReadOnlySpan<string?> parts)
    {
        var bytes = 0;
        foreach (var part in parts)
        {
            if (part is null) continue;
            if (!IsStorable(part)) return false;
            bytes += Encoding.UTF8.GetByteCount(part);
        }

        return bytes <= LongestIndexed;
    }

    /// <summary>No U+0000 and no half surrogate pair.</summary>
    public static bool IsStorable(string text)
    {
        if (!text.AsSpan().ContainsAny(Suspect)) return true;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0') return false;
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return false;
            i++;
        }

        return true;
    }
}
