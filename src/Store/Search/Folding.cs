using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Store.Search;

/// <summary>Text as string search compares it (R4 search 3.1.1.4.8): without case and combining marks, white space as single blanks. Punctuation stays.</summary>
static class Folding
{
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        var blank = false;
        foreach (var letter in Decomposed(text))
        {
            if (char.IsWhiteSpace(letter))
            {
                blank = folded.Length > 0;
                continue;
            }

            if (CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Control) continue;
            if (blank) folded.Append(' ');
            blank = false;
            folded.Append(char.ToLowerInvariant(letter));
        }

        return folded.Replace("ß", "ss").ToString();
    }

    // Half surrogate pairs have no normal form; such text is not stored either.
    static string Decomposed(string text) => Ascii.IsValid(text) ? text : StoredText.IsStorable(text) ? text.Normalize(NormalizationForm.FormKD) : "";
}
