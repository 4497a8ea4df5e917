using System.Collections.Frozen;
using System.Text;

namespace Dicom2Fhir.Mapping;

/// <summary>What a body part text means.</summary>
abstract record BodySite
{
    /// <summary>SNOMED CT body structure; an empty display when the code came from the header and is not in our table.</summary>
    public sealed record Known(Code Code) : BodySite;

    /// <summary>A filler: as good as absent.</summary>
    public sealed record Placeholder : BodySite;

    public sealed record Unmapped : BodySite;
}

/// <summary>
/// Body part texts and codes to SNOMED CT, by BodySites.tsv (defined terms of PS3.16 annex L) and BodySiteSynonyms.tsv (spellings of real devices).
/// </summary>
sealed class BodySites
{
    /// <summary>CS holds 16 characters (PS3.5 section 6.2): devices cut longer words there.</summary>
    const int CodeStringLength = 16;

    static readonly BodySite NoPart = new BodySite.Placeholder();
    static readonly BodySite NoCode = new BodySite.Unmapped();

    readonly IReadOnlyList<TableRow> terms;

    /// <summary>One display a code: the shortest, since longer ones name an access path (HEART, not ENDOCARDIAC).</summary>
    readonly FrozenDictionary<string, Code> byCode;

    readonly FrozenDictionary<string, BodySite> byTerm;

    readonly FrozenDictionary<string, Code> byLegacyCode;

    readonly FrozenDictionary<string, string> snomedRt;

    /// <summary>Codes of the regions that a combined term covers.</summary>
    readonly FrozenDictionary<string, FrozenSet<string>> regions;

    readonly FrozenDictionary<string, BodySite> bySpelling;

    /// <param name="snomedRt">SNOMED CT by SNOMED RT code, for codes that are in no row of the first table.</param>
    public BodySites(IReadOnlyList<TableRow> terms, IReadOnlyList<TableRow> synonyms, FrozenDictionary<string, string> snomedRt)
    {
        this.terms = terms;
        this.snomedRt = snomedRt;
        byCode = terms.Where(row => row["code"].Length > 0)
            .GroupBy(row => row["code"])
            .ToFrozenDictionary(
                group => group.Key,
                group => new Code(
                    group.Key, group.Select(row => row["display"]).OrderBy(text => text.Length).ThenBy(text => text, StringComparer.Ordinal).First()),
                StringComparer.Ordinal);
        byTerm = terms.ToFrozenDictionary(
            row => row["term"], row => row["code"].Length == 0 ? NoCode : new BodySite.Known(byCode[row["code"]]), StringComparer.Ordinal);
        byLegacyCode = terms.Where(row => row["legacy"].Length > 0 && row["code"].Length > 0)
            .GroupBy(row => row["legacy"])
            .ToFrozenDictionary(group => group.Key, group => byCode[group.First()["code"]], StringComparer.Ordinal);
        regions = terms.Where(row => row["parts"].Length > 0 && row["code"].Length > 0).GroupBy(row => row["code"]).ToFrozenDictionary(
            group => group.Key, group => group.First()["parts"].Split(' ').Select(CodeOf).ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);
        bySpelling = Spellings(synonyms);
    }

    /// <summary>A defined term of PS3.16 annex L; null when the table does not have it.</summary>
    public BodySite? OfTerm(string term) => byTerm.GetValueOrDefault(term);

    /// <summary>A single value of (0018,0015) or of the same kind.</summary>
    public BodySite OfText(string text)
    {
        var word = Normal(text);
        if (word.Length == 0) return NoPart;
        var joined = Joined(word);
        return byTerm.GetValueOrDefault(joined) ?? bySpelling.GetValueOrDefault(word) ?? bySpelling.GetValueOrDefault(joined) ?? NoCode;
    }

    /// <summary>
    /// An item of (0008,2218). SNOMED CT codes pass when their check digit is right; codes of SNOMED RT (scheme SRT, SNM3, 99SDM) are translated.
    /// </summary>
    public BodySite OfCode(string code, string scheme) => scheme.ToUpperInvariant() switch
    {
        "SCT" when byCode.TryGetValue(code, out var known) => new BodySite.Known(known),
        "SCT" when SnomedId.IsValid(code) => new BodySite.Known(new Code(code, "")),
        "SRT" or "SNM3" or "99SDM" when byLegacyCode.TryGetValue(code, out var translated) => new BodySite.Known(translated),
        "SRT" or "SNM3" or "99SDM" when code.StartsWith("T-", StringComparison.Ordinal) && snomedRt.TryGetValue(code, out var general) =>
            new BodySite.Known(byCode.GetValueOrDefault(general) ?? new Code(general, "")),
        _ => NoCode,
    };

    /// <summary>The one code for several: the combined term when the table has exactly their union, else null (design decision 18).</summary>
    public Code? Combined(IEnumerable<string> codes)
    {
        var union = codes.SelectMany(code => regions.TryGetValue(code, out var parts) ? parts : [code]).ToHashSet(StringComparer.Ordinal);
        var found = regions.Where(pair => pair.Value.SetEquals(union)).Select(pair => pair.Key).Min(StringComparer.Ordinal);
        return found is null ? null : byCode[found];
    }

    /// <summary>NFC, upper case, umlauts written out, what is neither letter nor digit one blank.</summary>
    public static string Normal(string text) => Normal(text, "AE", "OE", "UE");

    static string Normal(string text, string a, string o, string u)
    {
        var normal = new StringBuilder(text.Length + 4);
        foreach (var letter in Composed(text).ToUpperInvariant())
        {
            if (letter is 'Ä' or 'Ö' or 'Ü' or 'ß' or 'ẞ') normal.Append(letter switch { 'Ä' => a, 'Ö' => o, 'Ü' => u, _ => "SS" });
            else if (char.IsLetterOrDigit(letter)) normal.Append(letter);
            else if (normal.Length > 0 && normal[^1] != ' ') normal.Append(' ');
        }

        return normal.ToString().TrimEnd();
    }

    /// <summary>The only decomposed letters of German device texts; full normalisation needs ICU, which this program runs without.</summary>
    static string Composed(string text) =>
        !text.Contains('\u0308', StringComparison.Ordinal) ? text
        : text.Replace("a\u0308", "ä", StringComparison.Ordinal).Replace("A\u0308", "Ä", StringComparison.Ordinal)
            .Replace("o\u0308", "ö", StringComparison.Ordinal).Replace("O\u0308", "Ö", StringComparison.Ordinal)
            .Replace("u\u0308", "ü", StringComparison.Ordinal).Replace("U\u0308", "Ü", StringComparison.Ordinal);

    static string Joined(string word) => word.Replace(" ", "", StringComparison.Ordinal);

    string CodeOf(string term) => terms.First(row => row["term"] == term)["code"];

    /// <summary>Whole spellings win over cut ones; a cut that two terms share is nobody's.</summary>
    FrozenDictionary<string, BodySite> Spellings(IReadOnlyList<TableRow> synonyms)
    {
        var rows = synonyms.Where(row => row["scope"] == "value")
            .Select(row => (Spelling: row["spelling"], Site: row["term"].Length == 0 ? NoPart : byTerm[row["term"]])).ToList();
        var keys = rows.SelectMany(row => Keys(row.Spelling).Select(key => (key, row.Site)))
            .GroupBy(pair => pair.key).ToDictionary(group => group.Key, group => group.First().Site, StringComparer.Ordinal);
        var cuts = rows.Where(row => row.Spelling.Length > CodeStringLength)
            .SelectMany(row => Keys(row.Spelling[..CodeStringLength]).Select(key => (key, row.Site)))
            .Concat(byTerm.Where(pair => pair.Key.Length > CodeStringLength).Select(pair => (key: pair.Key[..CodeStringLength], Site: pair.Value)))
            .GroupBy(pair => pair.key).Where(group => group.Select(pair => pair.Site).Distinct().Count() == 1);
        foreach (var cut in cuts) keys.TryAdd(cut.Key, cut.First().Site);
        return keys.ToFrozenDictionary(StringComparer.Ordinal);
    }

    static IEnumerable<string> Keys(string spelling)
    {
        string[] words = [Normal(spelling, "AE", "OE", "UE"), Normal(spelling, "A", "O", "U")];
        return words.SelectMany(word => (string[])[word, Joined(word)]).Where(word => word.Length > 0).Distinct(StringComparer.Ordinal);
    }
}
