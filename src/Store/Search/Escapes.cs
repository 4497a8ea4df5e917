using System.Text;

namespace Dicom2Fhir.Store.Search;

/// <summary>FHIR's escapes in search values (R4 search 3.1.1.4.19): split first, unescape last.</summary>
static class Escapes
{
    const string Special = @"\,$|";

    /// <summary>The parts between unescaped separators, still escaped.</summary>
    public static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == separator)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    /// <summary>Null when a backslash stands before anything but , $ | and itself.</summary>
    public static string? Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && (++i == text.Length || !Special.Contains(text[i], StringComparison.Ordinal))) return null;
            plain.Append(text[i]);
        }

        return plain.ToString();
    }

    public static string Escape(string text) =>
        text.AsSpan().IndexOfAny(Special) < 0 ? text : string.Concat(text.Select(c => Special.Contains(c, StringComparison.Ordinal) ? $"\\{c}" : c.ToString()));

    /// <summary>The bar of a canonical's version needs no escape: url|version is one uri.</summary>
    public static string EscapeUri(string text) => Escape(text).Replace("\\|", "|", StringComparison.Ordinal);
}
