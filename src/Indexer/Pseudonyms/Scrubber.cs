using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>
/// Removes from free text what may identify a person: the names and numbers the same header states elsewhere, names behind titles and forms of
/// address, dates, phone and case numbers. Examinations, sides, sizes and levels stay.
/// </summary>
sealed partial class Scrubber
{
    const string Removed = "***";

    // Shorter parts ("Li", "M") would take syllables out of ordinary words; they are removed as whole words only.
    const int ShortestPart = 3;

    readonly List<string> words;

    Scrubber(List<string> words) => this.words = words;

    // 12.03.1965, 12/3/65, 1965-03-12
    [GeneratedRegex(@"(?<![\d.])(\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?![\d])")]
    private static partial Regex Date { get; }

    // 12. März 1965
    [GeneratedRegex(@"\b\d{1,2}\.?\s?(Jan(uar)?|Feb(ruar)?|März|Mrz|Apr(il)?|Mai|Juni?|Juli?|Aug(ust)?|Sept?(ember)?|Okt(ober)?|Nov(ember)?|Dez(ember)?)\.?\s?\d{2,4}\b", RegexOptions.IgnoreCase)]
    private static partial Regex LongDate { get; }

    // Dates written together, case and phone numbers: six digits and more, also with the usual separators.
    [GeneratedRegex(@"(?<![\w.])\+?\d(?:[\s/-]?\d){5,}(?![\w])|\d{6,}")]
    private static partial Regex Number { get; }

    // Dr. med. Müller, Prof. Müller-Lüdenscheidt, Herr Meier, Frau von Stein, Pat. Huber, geb. Schmidt
    [GeneratedRegex(@"\b(?:(?:Prof|Dr|PD|Dipl)\b\.?(?:\s?(?:med|rer|nat|habil|dent|phil|Dr)\b\.?)*|Herrn?|Hr|Fr|Frau|Pat|Patient(?:in)?|geb|Name)\b[.:]?\s+(?:(?:von|van|de|zu|der|den)\s+)*\p{Lu}[\p{L}'’-]+(?:,?\s+\p{Lu}[\p{Ll}'’-]{2,}(?=\s|,|;|$))?")]
    private static partial Regex Titled { get; }

    /// <summary>A scrubber that knows the names and numbers of this header.</summary>
    public static Scrubber For(InstanceAttributes instance)
    {
        var words = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in TagMap.All)
        {
            if (row.Privacy is not (Privacy.ScrubberOnly or Privacy.PatientId or Privacy.Accession) || instance[row] is not { Length: > 0 } value) continue;
            foreach (var part in value.Split(['\\', '^', '=', ',', ';', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (part.Length < 2) continue;
                words.Add(part);
                words.Add(Transliterated(part));
            }

            if (value.Trim().Length > 2) words.Add(value.Trim());
        }

        return new Scrubber([.. words.OrderByDescending(word => word.Length).ThenBy(word => word, StringComparer.Ordinal)]);
    }

    /// <summary>The text without what may identify; "" stays "".</summary>
    public string Clean(string text)
    {
        if (text.Length == 0) return text;
        var clean = text;
        foreach (var word in words) clean = Remove(clean, word);
        clean = Titled.Replace(clean, Removed);
        clean = LongDate.Replace(clean, Removed);
        clean = Date.Replace(clean, Removed);
        return Number.Replace(clean, Removed);
    }

    static string Remove(string text, string word)
    {
        var at = 0;
        StringBuilder? output = null;
        for (var found = text.IndexOf(word, StringComparison.OrdinalIgnoreCase); found >= 0; found = text.IndexOf(word, found + word.Length, StringComparison.OrdinalIgnoreCase))
        {
            if (!IsWhole(text, found, word.Length)) continue;
            output ??= new StringBuilder(text.Length);
            output.Append(text, at, found - at).Append(Removed);
            at = found + word.Length;
        }

        return output is null ? text : output.Append(text, at, text.Length - at).ToString();
    }

    // Whole words; a longer name is removed inside a word too when it begins it (Müllers).
    static bool IsWhole(string text, int start, int length)
    {
        var freeBefore = start == 0 || !char.IsLetterOrDigit(text[start - 1]);
        var freeBehind = start + length == text.Length || !char.IsLetterOrDigit(text[start + length]);
        return freeBefore && (freeBehind || (length > ShortestPart && char.IsLetter(text[start]) && text.AsSpan(start + length) is ['s', ..] rest && (rest.Length == 1 || !char.IsLetter(rest[1]))));
    }

    // Names with umlauts are written Mueller or Muller in other fields.
    static string Transliterated(string text) => string.Concat(text.Select(c => char.ToLower(c, CultureInfo.InvariantCulture) switch
    {
        'ä' => "ae",
        'ö' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        _ => c.ToString(),
    }));
}
