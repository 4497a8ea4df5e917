using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>A text in small letters without marks, and where each of its letters stood: Müller, MUELLER and Muller are found as one name.</summary>
/// <param name="Text">Folded.</param>
/// <param name="Origin">One of <see cref="Text"/> each: the index in the unfolded text.</param>
sealed record FoldedText(string Text, IReadOnlyList<int> Origin)
{
    // The letters U+00E0 to U+017F without their marks; '?' is itself. A table, for the program runs without the culture data that decomposing needs.
    const string Unmarked =
        "aaaaaa?ceeeeiiii?nooooo??uuuuy?yaaaaaaccccccccdd??eeeeeeeeee"
        + "gggggggghh??iiiiiiiii???jjkk?llllll????nnnnnn???oooooo??rrrr"
        + "rrsssssssstttt??uuuuuuuuuuuuwwyyyzzzzzz?";

    /// <summary>The two ways umlauts are written out: fields without umlauts hold Mueller or Muller.</summary>
    public delegate string Letters(char lower);

    public static string German(char lower) => lower switch
    {
        'ä' => "ae",
        'ö' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        _ => Plain(lower),
    };

    public static string Plain(char lower) => lower switch
    {
        < '\u0080' => lower.ToString(),
        'ß' => "ss",
        'æ' => "ae",
        'ø' => "o",
        'ł' => "l",
        'ı' => "i",
        _ when char.IsSurrogate(lower) => lower.ToString(),
        _ when CharUnicodeInfo.GetUnicodeCategory(lower) == UnicodeCategory.NonSpacingMark => "",
        >= '\u00E0' and < '\u0180' when Unmarked[lower - '\u00E0'] != '?' => Unmarked[lower - '\u00E0'].ToString(),
        _ => lower.ToString(),
    };

    public static FoldedText Of(string text, Letters letters)
    {
        var folded = new StringBuilder(text.Length + 8);
        var origin = new List<int>(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            foreach (var letter in letters(char.ToLowerInvariant(text[i])))
            {
                folded.Append(letter);
                origin.Add(i);
            }
        }

        return new FoldedText(folded.ToString(), origin);
    }

    /// <summary>The text with each whole occurrence of a word replaced.</summary>
    /// <param name="words">Folded the same way, longest first.</param>
    public static string Remove(string text, Letters letters, IReadOnlyList<string> words, string replacement)
    {
        if (words.Count == 0) return text;
        var folded = Of(text, letters);
        foreach (var word in words)
        {
            var output = new StringBuilder();
            var at = 0;
            for (var found = folded.Text.IndexOf(word, StringComparison.Ordinal); found >= 0; found = folded.Text.IndexOf(word, found + 1, StringComparison.Ordinal))
            {
                var start = folded.Origin[found];
                var end = folded.Origin[found + word.Length - 1] + 1;
                while (end < text.Length && CharUnicodeInfo.GetUnicodeCategory(text[end]) == UnicodeCategory.NonSpacingMark) end++;
                if (start < at || !IsWhole(text, start, end)) continue;
                if (end < text.Length && IsJoined(text[end - 1], text[end])) end++;     // the s of a genitive
                output.Append(text, at, start - at).Append(replacement);
                at = end;
            }

            if (at == 0) continue;
            text = output.Append(text, at, text.Length - at).ToString();
            folded = Of(text, letters);
        }

        return text;
    }

    // Letters beside letters and digits beside digits make it part of something longer; MüllerHans and Müllers are still the name.
    static bool IsWhole(string text, int start, int end) =>
        (start == 0 || !IsJoined(text[start - 1], text[start]))
        && (end == text.Length || !IsJoined(text[end - 1], text[end]) || IsGenitive(text, start, end));

    static bool IsJoined(char left, char right) =>
        char.IsLetter(left) && char.IsLetter(right) ? !(char.IsLower(left) && char.IsUpper(right)) : char.IsDigit(left) && char.IsDigit(right);

    static bool IsGenitive(string text, int start, int end) =>
        end - start > 3 && char.IsLetter(text[start]) && text[end] is 's' or 'S' && (end + 1 == text.Length || !char.IsLetter(text[end + 1]));
}
