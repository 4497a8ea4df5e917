using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Mapping;

/// <summary>docs/mapping.md, made from the tag table and the code tables.</summary>
public static class MappingPage
{
    public static string Write()
    {
        var page = new StringBuilder();
        page.Append(
            """
            # DICOM attributes and where they end

            Made from `src/Mapping/TagMap.cs` by the unit test `MappingPageTests`; do not edit (`DICOM2FHIR_UPDATE=1` refreshes it).
            Resources follow the MII core data set module Bildgebung
            """);
        page.Append(CultureInfo.InvariantCulture, $" {Mii.Version}.\n\n");
        foreach (var level in Enum.GetValues<TagLevel>()) WriteLevel(page, level);
        WriteRules(page);
        WriteTables(page);
        return page.ToString();
    }

    static void WriteLevel(StringBuilder page, TagLevel level)
    {
        page.Append(CultureInfo.InvariantCulture, $"## {level}\n\n");
        page.Append("| Attribute | Tag | FHIR element | MII | Conversion | When absent | Privacy |\n|---|---|---|---|---|---|---|\n");
        foreach (var row in TagMap.All.Where(row => row.Level == level))
        {
            string[] cells = [row.Keyword, row.PathText, row.Target, row.Element, row.Conversion.Text, row.WhenAbsent, PrivacyText(row.Privacy)];
            page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }

        page.Append('\n');
    }

    static string PrivacyText(Privacy privacy) => privacy switch
    {
        Privacy.Keep => "kept",
        Privacy.PatientId => "pseudonym",
        Privacy.PatientIdIssuer or Privacy.ScrubberOnly => "never kept",
        Privacy.Accession => "keyed hash",
        Privacy.Text => "scrubbed",
        Privacy.Uid => "kept or pseudonymised",
        Privacy.Device => "kept or pseudonymised",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static void WriteRules(StringBuilder page) => page.Append(
        """
        ## Rules

        - Many instances make one value: equal in all that state it, else the element is left out with the finding `varies`. Modality and
          descriptions: the most frequent (tie: ordinal smallest). Started: the earliest. Number: the smallest. Left with right: bilateral.
          Contrast: any given is true, else any denied is false, else the extension is absent.
        - A value without a code is left out and counted (finding `unmapped` with the raw value), never sent as text in a coded element.
        - Dates and times: DA `YYYYMMDD` or `YYYY.MM.DD`; TM `HHMM`, `HHMMSS` with up to six digits of a fraction, or with colons. An hour alone
          leaves the date. Fractions are cut to milliseconds. Second 60 becomes 59. A time the clock change skipped moves forward, of a repeated
          one the first is meant (finding `clock-change`). A wrong offset in (0008,0201) is ignored (finding `bad-zone`).
        - Devices show manufacturer, model and serial number in the normal form their id is made of (trimmed, upper case, single blanks), so the
          resource never depends on which spelling came first.
        - Series are ordered by number, then UID; those without a number last. Instances likewise.


        """);

    static void WriteTables(StringBuilder page)
    {
        page.Append("## Code tables\n\n| File | Rows | Sources |\n|---|---|---|\n");
        foreach (var table in (string[])["BodySites", "BodySiteSynonyms", "ContrastWords", "Laterality", "Modalities"])
        {
            var rows = CodeTables.Rows(table);
            var sources = rows.Select(row => row["source"]).Distinct().Count();
            page.Append(CultureInfo.InvariantCulture, $"| src/Mapping/{table}.tsv | {rows.Count} | {sources}, named in each row |\n");
        }
    }
}
