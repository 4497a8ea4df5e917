using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Store.Search;

/// <summary>Text as string search compares it (R4 search 3.1.1.4.8): without case and marks, white space as single blanks. Punctuation stays.</summary>
static class Folding
{
    static readonly FrozenDictionary<char, string> Unmarked =
        TableFile.Read("Unmarked.tsv").ToFrozenDictionary(cells => cells[0][0], cells => cells[1]);

    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        var blank = false;
        foreach (var letter in StoredText.IsStorable(text) ? text : "")
        {
            if (char.IsWhiteSpace(letter))
            {
                blank = folded.Length > 0;
                continue;
            }

            if (letter >= '\u0080' && CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark) continue;
            if (char.IsControl(letter)) continue;
            if (blank) folded.Append(' ');
            blank = false;
            var lower = char.ToLowerInvariant(letter);
            if (lower >= '\u0080' && Unmarked.TryGetValue(lower, out var plain)) folded.Append(plain);
            else folded.Append(lower);
        }

        return folded.ToString();
    }
}
