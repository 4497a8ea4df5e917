using System.Text;

namespace Dicom2Fhir.Mapping;

/// <summary>Text as FHIR, XML and PostgreSQL take it.</summary>
static class FhirText
{
    /// <summary>
    /// Control characters become blanks, runs of blanks one blank, ends are trimmed; lone surrogates and the two non-characters that XML refuses
    /// become U+FFFD. "" when nothing is left.
    /// </summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        if (IsClean(text)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var visible = !Rune.IsWhiteSpace(rune) && !Rune.IsControl(rune);
            if (visible) clean.Append(rune.Value is 0xFFFE or 0xFFFF ? "\uFFFD" : rune.ToString());
            else if (clean.Length > 0 && clean[^1] != ' ') clean.Append(' ');
        }

        return clean.ToString().TrimEnd(' ');
    }

    /// <summary>True for what nearly all header values are: visible ASCII with single blanks inside.</summary>
    static bool IsClean(string text)
    {
        var before = ' ';
        foreach (var letter in text)
        {
            if (letter is < ' ' or > '~' || (letter == ' ' && before == ' ')) return false;
            before = letter;
        }

        return before != ' ';
    }

    /// <summary>At most <paramref name="length"/> characters, cut between words; "" when one word is longer: half a word may be half a name.</summary>
    public static string Cut(string text, int length) =>
        text.Length <= length ? text : text[..(text.LastIndexOf(' ', length) is var blank and > 0 ? blank : 0)];

    /// <summary>Null in place of "": FHIR has no empty strings.</summary>
    public static string? OrNull(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
