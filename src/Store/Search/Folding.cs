using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Store.Search;

/// <summary>Text as string search compares it (R4 search 3.1.1.4.8): without case and combining marks, white space as single blanks. Punctuation stays.</summary>
static class Folding
{
    // Letters without their marks (first letter of the canonical decomposition, small; '?' has none), U+00C0 to U+024F and U+1E00 to U+1EFF. Tables,
    // for the program runs without the culture data that string.Normalize needs.
    const string FromC0 =
        "aaaaaa?ceeeeiiii?nooooo??uuuuy??aaaaaa?ceeeeiiii?nooooo??uuuuy?yaaaaaaccccccccdd??eeeeeeeeeegggggggghh??iiiiiiiii???jjkk"
        + "?llllll????nnnnnn???oooooo??rrrrrrsssssssstttt??uuuuuuuuuuuuwwyyyzzzzzz?????????????????????????????????oo?????????????u"
        + "u????????????????????????????aaiioouuuuuuuuuu?aaaa????ggkkoooo??j???gg??nnaa????aaaaeeeeiiiioooorrrruuuusstt??hh??????aa"
        + "eeooooooooyy????????????????????????????";

    const string From1E00 =
        "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuu"
        + "uuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwy?s????aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuu"
        + "uuyyyyyyyy??????";

    public static string Fold(string text)
    {
        if (!StoredText.IsStorable(text)) return "";        // half surrogate pairs are not stored either
        var folded = new StringBuilder(text.Length);
        var blank = false;
        foreach (var letter in text)
        {
            if (char.IsWhiteSpace(letter))
            {
                blank = folded.Length > 0;
                continue;
            }

            if (CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Control) continue;
            if (blank) folded.Append(' ');
            blank = false;
            folded.Append(Unmarked(char.ToLowerInvariant(letter)));
        }

        return folded.Replace("ß", "ss").Replace("æ", "ae").Replace("œ", "oe").ToString();
    }

    static char Unmarked(char lower) => lower switch
    {
        >= '\u00C0' and <= '\u024F' when FromC0[lower - '\u00C0'] is not '?' and var letter => letter,
        >= '\u1E00' and <= '\u1EFF' when From1E00[lower - '\u1E00'] is not '?' and var letter => letter,
        'ø' => 'o',
        'ł' => 'l',
        'đ' => 'd',
        'ı' => 'i',
        'ẞ' => 'ß',
        _ => lower,
    };
}
