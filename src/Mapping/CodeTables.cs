using System.Collections.Frozen;
using System.Globalization;

namespace Dicom2Fhir.Mapping;

/// <summary>A code with its display as a table states it.</summary>
public sealed record Code(string Value, string Display);

/// <summary>A contrast agent: the substance, and its codes where the table has them ("" else).</summary>
sealed record ContrastAgent(string Substance, string Atc, string Snomed);

/// <summary>How a unit's spelling becomes the UCUM unit a quantity is sent in.</summary>
sealed record DoseUnit(string Unit, decimal Factor);

/// <summary>
/// The code tables a mapping goes by: the .tsv files of this project, source and version in every row, with the rows of a site on top. Immutable; a
/// fault in a shipped file is a bug of the build and stops the program.
/// </summary>
public sealed class CodeTables
{
    static readonly Lazy<CodeTables> ShippedTables = new(() => new(TableSet.Shipped));

    readonly TableSet tables;

    internal CodeTables(TableSet tables)
    {
        this.tables = tables;
        var codes = Rows("Modalities");
        Modalities = codes.ToFrozenDictionary(row => row["value"], row => new Code(row["code"], row["display"]), StringComparer.Ordinal);
        Lateralities = Rows("Laterality").ToFrozenDictionary(row => (row["scheme"], row["value"]), CodeOrNull);
        AgentWords = Rows("ContrastWords").Where(row => row["scope"] == "agent")
            .ToFrozenDictionary(row => row["word"], row => row["state"], StringComparer.Ordinal);
        Agents = Rows("ContrastAgents").ToFrozenDictionary(
            row => row["word"], row => new ContrastAgent(row["substance"], row["atc"], row["snomed"]), StringComparer.Ordinal);
        AgentsByCode = Rows("ContrastAgents").Where(row => row["snomed"].Length > 0).GroupBy(row => row["snomed"])
            .ToFrozenDictionary(group => group.Key, group => Agents[group.First()["word"]], StringComparer.Ordinal);
        Views = Rows("ViewPositions").ToFrozenDictionary(row => (row["modality"], row["value"]), CodeOf);
        ViewCodes = Rows("ViewCodes").ToFrozenDictionary(row => row["code"], CodeOf, StringComparer.Ordinal);
        MrTerms = Rows("MrTerms").GroupBy(row => (row["attribute"], row["value"]))
            .ToFrozenDictionary(group => group.Key, IReadOnlyList<Code> (group) => [.. group.Select(CodeOf)]);
        ImageTypes = Rows("ImageTypes").ToFrozenDictionary(row => (row["position"], row["modality"], row["value"]), CodeOf);
        PetUnits = Rows("PetUnits").ToFrozenDictionary(row => (row["value"], row["suv"]), CodeOf);
        SeriesTypes = Rows("SeriesTypes").ToFrozenDictionary(row => (row["position"], row["value"]), CodeOf);
        Transducers = Rows("TransducerTypes").ToFrozenDictionary(row => row["value"], CodeOf, StringComparer.Ordinal);
        Schemes = Rows("CodingSchemes").ToFrozenDictionary(row => row["scheme"], row => row["system"], StringComparer.OrdinalIgnoreCase);
        DoseUnits = Rows("DoseUnits").ToFrozenDictionary(
            row => (row["quantity"], row["spelling"]),
            row => new DoseUnit(row["unit"], decimal.Parse(row["factor"], CultureInfo.InvariantCulture)));
        SnomedRt = Rows("SnomedRt").ToFrozenDictionary(row => row["legacy"], row => row["code"], StringComparer.Ordinal);
        Tracers = new Tracers(Rows("Tracers"));
        BodySites = new BodySites(Rows("BodySites"), Rows("BodySiteSynonyms"), SnomedRt);
        Hints = new TextHints(Rows("BodySiteSynonyms"), Rows("ContrastWords"), BodySites);
        Fingerprint = tables.Fingerprint;
    }

    /// <summary>The tables as shipped.</summary>
    public static CodeTables Shipped => ShippedTables.Value;

    /// <summary>SHA-256 in hex over all rows: equal tables map alike.</summary>
    public string Fingerprint { get; }

    /// <summary>CID 33 by value of (0008,0060).</summary>
    internal FrozenDictionary<string, Code> Modalities { get; }

    /// <summary>CID 244 by scheme and value ("" is the scheme of the CS attributes); null for a value that is known to have no code.</summary>
    internal FrozenDictionary<(string Scheme, string Value), Code?> Lateralities { get; }

    /// <summary>Words in place of a contrast agent: "denied", "unknown", or "given" for those that name none.</summary>
    internal FrozenDictionary<string, string> AgentWords { get; }

    /// <summary>By product or substance, upper case.</summary>
    internal FrozenDictionary<string, ContrastAgent> Agents { get; }

    internal FrozenDictionary<string, ContrastAgent> AgentsByCode { get; }

    /// <summary>(0018,5101) by "MG" or "XR" (all other projection radiography) and value.</summary>
    internal FrozenDictionary<(string Modality, string Value), Code> Views { get; }

    internal FrozenDictionary<string, Code> ViewCodes { get; }

    /// <summary>MII scanning sequence and variant by keyword and value of the attribute.</summary>
    internal FrozenDictionary<(string Attribute, string Value), IReadOnlyList<Code>> MrTerms { get; }

    /// <summary>MII image type by position of the value, modality ("" for the first two) and value without blanks.</summary>
    internal FrozenDictionary<(string Position, string Modality, string Value), Code> ImageTypes { get; }

    /// <summary>CID 84 by (0054,1001) and (0054,1006), "" where it is absent.</summary>
    internal FrozenDictionary<(string Value, string Suv), Code> PetUnits { get; }

    internal FrozenDictionary<(string Position, string Value), Code> SeriesTypes { get; }

    internal FrozenDictionary<string, Code> Transducers { get; }

    /// <summary>Code system by coding scheme designator (PS3.16 table 8-1).</summary>
    internal FrozenDictionary<string, string> Schemes { get; }

    internal FrozenDictionary<(string Quantity, string Spelling), DoseUnit> DoseUnits { get; }

    /// <summary>SNOMED CT by SNOMED RT code (PS3.16 annex O).</summary>
    internal FrozenDictionary<string, string> SnomedRt { get; }

    internal Tracers Tracers { get; }

    internal BodySites BodySites { get; }

    internal TextHints Hints { get; }

    /// <summary>
    /// The shipped tables with the rows of a site's file on top (docs/mapping.md has the form). Problems, each with its line, mean that the file must
    /// not be used.
    /// </summary>
    public static (CodeTables? Tables, IReadOnlyList<string> Problems) WithSiteFile(IEnumerable<string> lines)
    {
        var (set, problems) = SiteTables.Read(lines, TableSet.Shipped);
        return problems.Count == 0 ? (new CodeTables(set), []) : (null, problems);
    }

    internal IReadOnlyList<TableRow> Rows(string table) => tables[table];

    static Code CodeOf(TableRow row) => new(row["code"], row["display"]);

    static Code? CodeOrNull(TableRow row) => row["code"].Length == 0 ? null : CodeOf(row);
}
