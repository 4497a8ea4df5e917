namespace Dicom2Fhir.Mapping;

/// <summary>What a description says about contrast; both when it speaks of a native and a contrast phase.</summary>
readonly record struct ContrastSign(bool Given, bool Denied);

/// <summary>
/// Words of free text that hint at body site, side and contrast (design decision 19). Weak by nature: used only where the attribute is absent, and
/// marked.
/// </summary>
sealed class TextHints
{
    /// <summary>A keyword's last word stands for its inflections and compounds (LEBER, LEBERMETASTASEN) from this length on; shorter ones are whole words.</summary>
    const int ShortestStem = 5;

    sealed record Keyword(string[] Words, BodySite? Site, string[] Modalities);

    sealed record Sign(string Text, string State, bool IsStem);

    readonly List<Keyword> keywords;
    readonly Dictionary<string, string> sides;
    readonly List<Sign> signs;

    public TextHints(IReadOnlyList<TableRow> synonyms, IReadOnlyList<TableRow> contrastWords, BodySites sites)
    {
        keywords = [.. synonyms.Where(row => row["scope"] == "keyword")
            .Select(row => new Keyword(
                BodySites.Normal(row["spelling"]).Split(' '), row["term"].Length == 0 ? null : sites.OfTerm(row["term"]),
                row["modality"].Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            .OrderByDescending(keyword => keyword.Words.Length).ThenByDescending(keyword => keyword.Words[^1].Length)
            .ThenBy(keyword => string.Join(' ', keyword.Words), StringComparer.Ordinal)];
        sides = synonyms.Where(row => row["scope"] == "laterality-token").DistinctBy(row => BodySites.Normal(row["spelling"]))
            .ToDictionary(row => BodySites.Normal(row["spelling"]), row => row["laterality"], StringComparer.Ordinal);

        // What denies is looked for first and taken out: UNENHANCED holds ENHANCED, NONCONTRAST holds CONTRAST.
        signs = [.. contrastWords.Where(row => row["scope"] == "text").Select(row => new Sign(row["word"], row["state"], row["match"] == "prefix"))
            .OrderBy(sign => sign.State == "given").ThenByDescending(sign => sign.Text.Length).ThenBy(sign => sign.Text, StringComparer.Ordinal)];
    }

    /// <summary>The body sites a text names; none when it names a screen of dose or protocol.</summary>
    public IEnumerable<Code> Sites(string text, string modality)
    {
        var words = BodySites.Normal(text).Split(' ');
        var used = new bool[words.Length];
        List<Code> found = [];
        foreach (var keyword in keywords.Where(keyword => keyword.Modalities.Length == 0 || keyword.Modalities.Contains(modality)))
        {
            for (var at = 0; at + keyword.Words.Length <= words.Length; at++)
            {
                if (!Stands(keyword.Words, words, used, at)) continue;
                if (keyword.Site is null) return [];
                used.AsSpan(at, keyword.Words.Length).Fill(true);
                if (keyword.Site is BodySite.Known known) found.Add(known.Code);
            }
        }

        return found.DistinctBy(code => code.Value);
    }

    /// <summary>R, L, B: the sides a text names.</summary>
    public IEnumerable<string> Sides(string text) =>
        BodySites.Normal(text).Split(' ').Select(word => sides.GetValueOrDefault(word)).OfType<string>().Distinct();

    public ContrastSign Contrast(string text)
    {
        var left = FhirText.Clean(text).ToUpperInvariant();
        bool given = false, denied = false;
        foreach (var sign in signs)
        {
            for (var at = Find(left, sign, 0); at >= 0; at = Find(left, sign, at))
            {
                left = left.Remove(at, sign.Text.Length).Insert(at, " ");
                if (sign.State == "given") given = true;
                else if (sign.State == "denied") denied = true;
            }
        }

        return new(given, denied);
    }

    static bool Stands(string[] keyword, string[] words, bool[] used, int at)
    {
        for (var i = 0; i < keyword.Length; i++)
        {
            if (used[at + i]) return false;
            var stem = i == keyword.Length - 1 && keyword[i].Length >= ShortestStem;
            if (stem ? !words[at + i].StartsWith(keyword[i], StringComparison.Ordinal) : words[at + i] != keyword[i]) return false;
        }

        return true;
    }

    static int Find(string text, Sign sign, int from)
    {
        for (var at = text.IndexOf(sign.Text, from, StringComparison.Ordinal); at >= 0; at = text.IndexOf(sign.Text, at + 1, StringComparison.Ordinal))
        {
            var end = at + sign.Text.Length;

            // "T1+C" has the sign behind a word; "T1-C" and the C of "C+" would be parts of one.
            var freeBefore = at == 0 || sign.Text[0] == '+' || !char.IsLetterOrDigit(text[at - 1]);
            var freeAfter = end == text.Length || sign.IsStem || !char.IsLetterOrDigit(text[end]);
            if (freeBefore && freeAfter) return at;
        }

        return -1;
    }
}
