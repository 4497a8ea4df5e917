using System.Globalization;
using System.Text;
using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.Mapping;

/// <summary>docs/mapping.md, made from the tag table and the code tables.</summary>
public static partial class MappingPage
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
        page.Append(CultureInfo.InvariantCulture, $" {Mii.Version}. In the tag column \"frames\" are the functional groups of enhanced objects\n");
        page.Append("(shared first, else the value common to all frames) and the unassigned attributes of legacy converted ones.\n\n");
        foreach (var level in Enum.GetValues<TagLevel>()) WriteLevel(page, level);
        page.Append(Rules);
        WriteTables(page);
        page.Append(OwnRows);
        WriteRivals(page);
        page.Append(OtherConverters);
        return page.ToString();
    }

    static void WriteLevel(StringBuilder page, TagLevel level)
    {
        page.Append(CultureInfo.InvariantCulture, $"## {level}\n\n");
        page.Append("| Attribute | Tag | FHIR element | MII | Conversion | When absent | Privacy |\n|---|---|---|---|---|---|---|\n");
        foreach (var row in TagMap.All.Where(row => row.Level == level))
        {
            string[] cells = [row.Keyword, TagText(row), row.Target, row.Element, row.Conversion.Text, row.WhenAbsent, PrivacyText(row.Privacy)];
            page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }

        page.Append('\n');
    }

    static string TagText(TagRow row)
    {
        var frames = row.Places.Where(IsInFrames).Select(place => string.Join('>', place.Tags.Skip(1))).Where(place => !IsUnassigned(place)).Distinct();
        var plain = row.Places.Where(place => !IsInFrames(place)).Select(place => place.ToString());
        string[] parts = [row.PathText, .. plain, .. frames.Select(place => "frames " + place)];
        return string.Join(", ", parts) + (row.Places.Any(place => IsUnassigned(string.Join('>', place.Tags.Skip(1)))) ? ", frames" : "");
    }

    static bool IsInFrames(TagPath place) => place.Tags[0].Group == 0x5200;

    static bool IsUnassigned(string place) => place.StartsWith("(0020,917", StringComparison.Ordinal);

    static string PrivacyText(Privacy privacy) => privacy switch
    {
        Privacy.Keep => "kept",
        Privacy.PatientId => "pseudonym",
        Privacy.PatientIdIssuer or Privacy.ScrubberOnly or Privacy.Drop => "never kept",
        Privacy.Accession => "keyed hash",
        Privacy.Text or Privacy.Term => "scrubbed",
        Privacy.Uid => "kept or pseudonymised",
        Privacy.Device => "kept or pseudonymised",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static void WriteTables(StringBuilder page)
    {
        page.Append("## Code tables\n\n| File | Rows | Key | Columns | Sources |\n|---|---|---|---|---|\n");
        foreach (var spec in TableSpec.All)
        {
            var rows = TableSet.Shipped[spec.Name];
            var sources = rows.Select(row => row["source"]).Distinct().Count();
            page.Append(
                CultureInfo.InvariantCulture,
                $"| src/Mapping/{spec.Name}.tsv | {rows.Count} | {string.Join(", ", spec.Key)} | {string.Join(", ", rows[0].Cells.Keys)} | {sources}, named in each row |\n");
        }

        page.Append('\n');
    }

    static void WriteRivals(StringBuilder page)
    {
        foreach (var (term, rivals) in Rivals)
        {
            var code = CodeTables.Shipped.BodySites.OfTerm(term) is BodySite.Known known ? known.Code : new Code("", "");
            page.Append(CultureInfo.InvariantCulture, $"| {term} | {code.Value} {code.Display} | {rivals} |\n");
        }

        page.Append('\n');
    }
}
