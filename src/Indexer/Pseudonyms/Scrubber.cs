using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>
/// Removes from free text what may identify a person: the names and numbers the same header states elsewhere, names behind titles and forms of
/// address, dates, phone and case numbers, mail addresses. Examinations, sides, sizes and levels stay. In doubt it removes.
/// </summary>
sealed partial class Scrubber
{
    const string Removed = "***";

    // LT, the longest text of a header, has 10,240 characters (PS3.5 table 6.2-1); a bound keeps the work for hostile values small.
    const int LongestText = 10_240;

    // 12.03.1965, 12/3/65, 3/12/1965, 1965-03-12, 12-03-65, 12_03_1965; but 2-5-10 min are phases
    const string Day = "(?:0?[1-9]|[12][0-9]|3[01])";
    const string Month = "(?:0?[1-9]|1[0-2])";
    const string Year = "(?:[0-9]{4}|[0-9]{2})";
    const string Dot = @"\s?[./]\s?";
    const string AnyDot = @"\s?[./-]\s?";

    // Behind a name stands a given name, or what was examined: abbreviations of up to three capitals and these words are no names.
    const string Examination =
        @"(?:\p{Lu}{1,3}(?!\p{L})|(?i:Thorax|Abdomen|Becken|Schädel|Kopf|Hals|Knie|Hüfte|Schulter|Ellenbogen|Hand|Handgelenk|Fuß|Fuss|Sprunggelenk|Wirbelsäule|Leber|Niere|Nieren|Lunge|Herz|Prostata|Mamma|Mammo|Mammographie|Mammografie|Angio|Angiographie|Röntgen|Sono|Sonographie|Szinti|Szintigraphie|Kontrolle|Verlaufskontrolle|Verlauf|Nativ|Untersuchung|Serie|Aufnahme|Kontrast|Kontrastmittel|Chest|Head|Neck|Brain|Spine|Pelvis)(?!\p{L}))";

    // Longer ones first: "Dres" before "Dr". Abbreviations in capitals need their dot: DR is digital radiography, HR high resolution, PD proton density.
    const string Title =
        @"(?:(?:Herrn?|HERRN?|Hr|Frau|FRAU|Fr|Dr|Prof|PROF|Dipl|Pat|Patient(?:in)?|geb|Name|Arzt|Ärztin|Zuweiser(?:in)?|Überweiser(?:in)?|Einsender(?:in)?|Befunder(?:in)?|MTRA|MTA)(?!\p{L})|(?:HR|FR|DR|PAT|GEB|NAME)(?=[.:]))[\s.:]*";

    const string Degree = @"(?:(?i:med|rer|nat|habil|dent|phil|univ|vet|ing|psych|hc|h\.\s?c)(?!\p{L})[\s.:-]*)";
    const string Particle = @"(?:(?i:von|van|vom|zu|zur|der|den|de|del|di|da|ter|v\.)\s+|[vV]\.\s*)";
    const string Initial = @"(?:\p{Lu}\.\s*-?)";

    static readonly char[] PartBreaks = ['\\', '^', '=', ',', ';', ' ', '\t', '-', '.', '/', '\'', '\u2019', '_', '(', ')'];

    // Parts of person names that are words of their own.
    static readonly FrozenSet<string> Ordinary = FrozenSet.ToFrozenSet(
        ["von", "van", "vom", "der", "den", "die", "des", "zu", "zur", "zum", "de", "del", "di", "da", "und", "dr", "med", "prof", "pd", "dipl", "frau", "herr", "geb", "rer", "nat"],
        StringComparer.OrdinalIgnoreCase);

    readonly List<string> german;
    readonly List<string> plain;

    Scrubber(IReadOnlyCollection<string> words)
    {
        german = Folded(words, FoldedText.German);
        plain = Folded(words, FoldedText.Plain);
    }

    [GeneratedRegex($@"(?<![0-9.])(?:(?:{Day}{Dot}{Month}|{Month}{Dot}{Day}){Dot}{Year}|(?:{Day}-{Month}|{Month}-{Day})-[0-9]{{4}}|(?:[0-3][0-9]-[01][0-9]|[01][0-9]-[0-3][0-9])-[0-9]{{2}}|[0-9]{{4}}{AnyDot}{Month}{AnyDot}{Day}|{Day}_{Month}_(?:19|20)[0-9]{{2}}|(?:19|20)[0-9]{{2}}_{Month}_{Day})(?![0-9])")]
    private static partial Regex Date { get; }

    // 12. März 1965, March 12, 1965
    [GeneratedRegex(@"(?:(?<![0-9])[0-9]{1,2}\.?\s?(?:Jan(?:uar)?|Feb(?:ruar)?|März|Maerz|Mrz|Apr(?:il)?|Mai|Juni?|Juli?|Aug(?:ust)?|Sept?(?:ember)?|Okt(?:ober)?|Nov(?:ember)?|Dez(?:ember)?|March|May|Oct(?:ober)?|Dec(?:ember)?)\.?\s?(?:[0-9]{4}|[0-9]{2})|(?<!\p{L})(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?\s[0-9]{1,2},?\s[0-9]{4})(?![0-9])", RegexOptions.IgnoreCase)]
    private static partial Regex LongDate { get; }

    // Six digits in a row are a date, a case or a phone number, never a size; so is a year with a number behind it (2024/12345).
    [GeneratedRegex(@"[0-9]{6,}|(?<![0-9])(?:19|20)[0-9]{2}[/-][0-9]{4,}")]
    private static partial Regex Number { get; }

    // +49 221 478-1234, 0221/4781234, (0221) 478 12 34: seven digits and more behind a plus or an area code.
    [GeneratedRegex(@"(?<![\w.,/-])(?:\+[0-9]|00[1-9]|\(?0[1-9])(?:[\s/().-]{0,3}[0-9]){5,}(?![0-9])")]
    private static partial Regex Phone { get; }

    // Fallnr. 12345, Pat-ID: A-17, Tel. 4711
    [GeneratedRegex(@"(?<!\p{L})(?:(?:Fall|Aufnahme|Auftrags?|Akten?|Befund|Kranken?|Versicherten|Pat(?:ienten)?)[\s.-]{0,2}(?:nr|nummer|no|id|zahl)|Fall|PID|MRN|Tel(?:efon)?|Fax|Mobil|Handy)(?!\p{L})[\s.:#]{0,3}(?=[\p{L}+(/-]{0,4}[0-9])[\p{L}0-9+()/-]+", RegexOptions.IgnoreCase)]
    private static partial Regex Numbered { get; }

    [GeneratedRegex(@"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*")]
    private static partial Regex Mail { get; }

    // Dr. med. Müller, Fr. Prof. Dr. A. Müller-Lüdenscheidt, Herr Meier, Frau von Stein, Pat. Huber, geb. Schmidt; with the given name beside it.
    [GeneratedRegex($@"(?<!\p{{L}}){Title}(?:{Title}|{Degree})*{Particle}*{Initial}*(?!(?:Rücken|Bauch|Seiten?)lage)\p{{Lu}}[\p{{L}}'’-]*(?![0-9])(?:(?:,\s*|\s+)(?!{Examination})\p{{Lu}}[\p{{L}}'’-]{{2,}}(?![\p{{L}}0-9]))?")]
    private static partial Regex Titled { get; }

    // herr meier, dr. müller, written without capitals
    [GeneratedRegex(@"(?<!\p{L})(?:herrn?|frau|hr\.|fr\.|dr\.|prof\.?)(?!\p{L}|\.)\s*(?:(?:dr|med|prof|von|van|de)\b\.?\s*)*\p{Ll}[\p{L}'’-]{2,}|(?<!\p{L})(?:hr|fr|dr)\.\s*(?:(?:dr|med|prof|von|van|de)\b\.?\s*)*\p{Ll}[\p{L}'’-]{2,}")]
    private static partial Regex LowerTitled { get; }

    /// <summary>A scrubber that knows the names and numbers of this header.</summary>
    /// <param name="withUids">True where UIDs are pseudonymised: then they must not stand in a text either.</param>
    public static Scrubber For(InstanceAttributes instance, bool withUids = false)
    {
        var words = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in TagMap.All)
        {
            if ((row.Privacy is Privacy.ScrubberOnly or Privacy.PatientId or Privacy.Accession || withUids && row.Privacy == Privacy.Uid) && instance[row] is { Length: > 0 } value)
            {
                foreach (var word in value.Split('\\', StringSplitOptions.TrimEntries).SelectMany(WordsOf)) words.Add(word);
            }
        }

        // Whole: the parts of "Klinikum Köln Radiologie" are words of their own.
        if (instance[TagMap.IssuerOfPatientId] is { Length: >= 3 } issuer) words.Add(issuer);
        return new Scrubber(words);
    }

    /// <summary>The text without what may identify; "" stays "".</summary>
    public string Clean(string text)
    {
        if (text.Length == 0) return text;
        var clean = text.Length > LongestText ? text[..LongestText] : text;
        clean = FoldedText.Remove(clean, FoldedText.German, german, Removed);
        clean = FoldedText.Remove(clean, FoldedText.Plain, plain, Removed);
        foreach (var pattern in (Regex[])[Mail, Titled, LowerTitled, LongDate, Date, Numbered, Phone, Number]) clean = pattern.Replace(clean, Removed);
        return clean;
    }

    // A value with a digit is a number of somebody: it is removed whole, and its longer groups, but "CT" of CT-2024-0815 stays a word.
    static IEnumerable<string> WordsOf(string value)
    {
        var parts = value.Split(PartBreaks, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return value.Any(char.IsAsciiDigit)
            ? parts.Where(part => part.Count(char.IsAsciiDigit) >= 4).Concat(value.Length >= 4 || value.Any(char.IsLetter) && value.Length >= 3 ? [value] : [])
            : parts.Where(part => part.Length >= 2 && !Ordinary.Contains(part)).Concat(value.Length >= 3 && !Ordinary.Contains(value) ? [value] : []);
    }

    // Longest first: a double name goes as one.
    static List<string> Folded(IEnumerable<string> words, FoldedText.Letters letters) =>
        [.. words.Select(word => FoldedText.Of(word, letters).Text).Where(word => word.Length >= 2).Distinct()
            .OrderByDescending(word => word.Length).ThenBy(word => word, StringComparer.Ordinal)];
}
