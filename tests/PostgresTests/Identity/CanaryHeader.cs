using System.Text;
using Dicom2Fhir.Dicom;
using Dicom2Fhir.Load;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.PostgresTests.Identity;

/// <summary>
/// A header with a canary in everything that may identify: each identifying row of the tag table, attributes the program does not read, private ones,
/// sequences, and texts that repeat them.
/// </summary>
sealed class CanaryHeader
{
    const string Birth = "19480229";

    /// <summary>What stands in texts alone.</summary>
    public static string[] InTexts { get; } = ["29.02.1948", "0221/4781234"];

    /// <summary>Attributes the program has no business with: addresses, numbers, institutions, other persons.</summary>
    static readonly (string Path, string Vr)[] Unread =
    [
        ("0008,0080", "LO"), ("0008,0081", "SH"), ("0008,0092", "SH"), ("0008,0094", "SH"), ("0008,1040", "LO"), ("0010,0050>0008,0104", "LO"),
        ("0010,1040", "LO"), ("0010,1080", "LO"), ("0010,1081", "LO"), ("0010,1090", "LO"), ("0010,2150", "LO"), ("0010,2152", "LO"),
        ("0010,2154", "SH"), ("0010,2160", "SH"), ("0010,2180", "SH"), ("0010,21F0", "LO"), ("0010,2297", "PN"), ("0008,0096>0040,1101>0008,0104", "LO"),
        ("0008,1049>0008,0080", "LO"), ("0032,1033", "LO"), ("0038,0300", "LO"), ("0038,0400", "LO"), ("0038,0500", "LO"), ("0040,2010", "SH"), ("0070,0084", "PN"),
        ("0040,0275>0040,1001", "SH"), ("0040,A730>0040,A123", "PN"), ("0009,0010", "LO"), ("0009,1001", "LO"), ("0011,0010", "LO"), ("0011,1002", "PN"),
    ];

    readonly SortedDictionary<string, (string Vr, string Value)> values = new(StringComparer.Ordinal);

    CanaryHeader(int study, Encoding encoding)
    {
        Encoding = encoding;
        var number = 0;
        foreach (var row in TagMap.All.Where(row => row.Privacy is Privacy.PatientId or Privacy.PatientIdIssuer or Privacy.ScrubberOnly or Privacy.Accession))
        {
            Canaries.Add(Put(row.Path.ToString(), DataDictionary.VrOf(row.Path.Leaf)![..2], study, number++));
        }

        foreach (var (path, vr) in Unread) UnreadCanaries.Add(Put(path, vr, study, number++));
    }

    /// <summary>Of attributes the program reads, to pseudonymise or to scrub them.</summary>
    public List<string> Canaries { get; } = [];

    public List<string> UnreadCanaries { get; } = [];

    Encoding Encoding { get; }

    /// <param name="unreadInTexts">Also the unread ones stand in the texts: only for the proof that the search finds them.</param>
    public static CanaryHeader Create(int study, Encoding encoding, bool unreadInTexts)
    {
        var header = new CanaryHeader(study, encoding);
        var uid = FormattableString.Invariant($"1.2.826.0.1.3680043.9.7777.{study}");
        header.Set("0008,0005", "CS", encoding is UTF8Encoding ? "ISO_IR 192" : "ISO_IR 100");
        header.Set("0008,0016", "UI", "1.2.840.10008.5.1.4.1.1.2");
        header.Set("0008,0018", "UI", uid + ".1.1");
        header.Set("0020,000D", "UI", uid);
        header.Set("0020,000E", "UI", uid + ".1");
        header.Set("0008,0060", "CS", "CT");
        header.Set("0008,0020", "DA", "20240312");
        header.Set("0008,0070", "LO", "ACME");
        header.Set("0008,1090", "LO", "Model");
        var repeated = string.Join(' ', header.Canaries.Concat(unreadInTexts ? header.UnreadCanaries : []));
        foreach (var row in TagMap.All.Where(row => row.Privacy == Privacy.Text))
        {
            header.Set(row.Path.ToString(), DataDictionary.VrOf(row.Path.Leaf)![..2], $"CT Thorax {repeated} geb. {InTexts[0]} Tel. {InTexts[1]}");
        }

        return header;
    }

    /// <summary>The header as a Part 10 file; another value in one place, or the file cut off.</summary>
    public byte[] ToFile(string? path = null, string? value = null, int? cutAt = null)
    {
        var changed = new SortedDictionary<string, (string Vr, string Value)>(values, StringComparer.Ordinal);
        if (path is not null)
        {
            var key = TagPath.Parse(path).ToString();
            if (value is null) changed.Remove(key);
            else changed[key] = (changed[key].Vr, value);
        }

        var file = Write(new Part10Writer(isExplicit: true, Encoding), [.. changed.Select(pair => (TagPath.Parse(pair.Key).Tags.Select(tag => tag.Value).ToArray(), pair.Value.Vr, pair.Value.Value))]).ToFile();
        return cutAt is { } length ? file[..Math.Min(length, file.Length)] : file;
    }

    // A canary is a word of its own in every place, with an umlaut where the character set has one to lose.
    string Put(string path, string vr, int study, int number)
    {
        var word = vr switch
        {
            "DA" => Birth,
            "PN" or "LO" or "LT" or "ST" or "UT" => FormattableString.Invariant($"Qx{(char)('a' + study)}{(char)('a' + (number / 26))}{(char)('a' + (number % 26))}wörtz"),
            _ => FormattableString.Invariant($"QX{(char)('A' + study)}{(char)('A' + (number / 26))}{(char)('A' + (number % 26))}7Z"),
        };
        Set(path, vr, vr == "PN" ? word + "^" + "Q" + word[1..].Replace("wörtz", "vorna", StringComparison.Ordinal) : word);
        return word;
    }

    void Set(string path, string vr, string value) => values[TagPath.Parse(path).ToString()] = (vr, value);

    static Part10Writer Write(Part10Writer writer, List<(uint[] Path, string Vr, string Value)> elements)
    {
        foreach (var (path, vr, value) in elements.Where(element => element.Path.Length == 1)) writer.Set(path[0], vr, value);
        foreach (var nested in elements.Where(element => element.Path.Length > 1).GroupBy(element => element.Path[0]))
        {
            writer.SetItems(nested.Key, Write(writer.Item(), [.. nested.Select(element => (element.Path[1..], element.Vr, element.Value))]));
        }

        return writer;
    }
}
