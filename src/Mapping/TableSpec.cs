using System.Globalization;

namespace Dicom2Fhir.Mapping;

/// <summary>A code table: what tells its rows apart and what a row may hold.</summary>
/// <param name="Key">Columns that tell rows apart: a site's row with the same key stands in the place of ours.</param>
/// <param name="Fault">What is wrong with a row, null when nothing is; the set holds all rows, the site's among them.</param>
sealed record TableSpec(string Name, IReadOnlyList<string> Key, Func<TableRow, TableSet, string?> Fault)
{
    public static IReadOnlyList<TableSpec> All { get; } =
    [
        new("BodySites", ["term"], (row, set) => Term(row["term"]) ?? Snomed(row, "code") ?? Parts(row, set)),
        new("BodySiteSynonyms", ["spelling", "scope"], (row, set) => Synonym(row, set)),
        new("CodingSchemes", ["scheme"], (row, _) => Uri.IsWellFormedUriString(row["system"], UriKind.Absolute) ? null : $"system '{row["system"]}' is no absolute URI"),
        new("ContrastAgents", ["word"], (row, _) => Word(row, "word") ?? Snomed(row, "snomed") ?? Atc(row["atc"]) ?? Filled(row, "substance")),
        new("ContrastWords", ["word", "scope"], (row, _) => Word(row, "word") ?? OneOf(row, "scope", "agent", "text") ?? OneOf(row, "state", "given", "denied", "unknown")),
        new("DoseUnits", ["quantity", "spelling"], (row, set) => Known(row, "unit", set["DoseUnits"]) ?? Factor(row["factor"])),
        new("ImageTypes", ["position", "modality", "value"], (row, _) => Shipped(row, "ImageTypes")),
        new("Laterality", ["value", "scheme"], (row, _) => row["code"].Length == 0 ? null : Shipped(row, "Laterality")),
        new("Modalities", ["value"], (row, _) => Word(row, "value") ?? Shipped(row, "Modalities")),
        new("MrTerms", ["attribute", "value"], (row, _) => Shipped(row, "MrTerms")),
        new("PetUnits", ["value", "suv"], (row, _) => Filled(row, "code")),
        new("SeriesTypes", ["position", "value"], (row, _) => Shipped(row, "SeriesTypes")),
        new("SnomedRt", ["legacy"], (row, _) => Snomed(row, "code") ?? Filled(row, "code")),
        new("Tracers", ["kind", "system", "code"], (row, _) => OneOf(row, "kind", "agent", "nuclide") ?? Filled(row, "system") ?? Filled(row, "code")),
        new("TransducerTypes", ["value"], (row, _) => Shipped(row, "TransducerTypes")),
        new("ViewCodes", ["code"], (row, _) => Snomed(row, "code")),
        new("ViewPositions", ["modality", "value"], (row, _) => OneOf(row, "modality", "MG", "XR") ?? Word(row, "value") ?? Snomed(row, "code") ?? Filled(row, "code")),
    ];

    public static TableSpec? Find(string name) => All.FirstOrDefault(spec => spec.Name == name);

    /// <summary>What tells the row from others of its table.</summary>
    public string KeyOf(TableRow row) => string.Join('\t', Key.Select(column => row[column]));

    static string? Term(string term) =>
        term.Length > 0 && term.All(letter => char.IsAsciiLetterUpper(letter) || char.IsAsciiDigit(letter)) ? null
        : $"term '{term}' is not written in capitals and digits alone";

    static string? Word(TableRow row, string column) =>
        row[column].Length > 0 && !row[column].Any(char.IsLower) ? null : $"{column} '{row[column]}' is empty or not in capitals";

    static string? Filled(TableRow row, string column) => row[column].Length > 0 ? null : $"{column} is empty";

    static string? Snomed(TableRow row, string column) =>
        row[column].Length == 0 || SnomedId.IsValid(row[column]) ? null : $"{column} '{row[column]}' is no SNOMED CT identifier (check digit)";

    static string? OneOf(TableRow row, string column, params string[] words) =>
        words.Contains(row[column]) ? null : $"{column} '{row[column]}' is none of {string.Join(", ", words)}";

    static string? Parts(TableRow row, TableSet set) =>
        row["parts"].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(part => set["BodySites"].All(other => other["term"] != part)) is { } part
            ? $"part '{part}' is no term of the table"
            : null;

    static string? Synonym(TableRow row, TableSet set) =>
        OneOf(row, "scope", "value", "keyword", "laterality-token", "weak")
        ?? (row["term"].Length == 0 || set["BodySites"].Any(site => site["term"] == row["term"]) ? null : $"term '{row["term"]}' is no term of BodySites")
        ?? Filled(row, "spelling");

    static string? Atc(string code) =>
        code.Length == 0 || (code.Length is 5 or 7 && char.IsAsciiLetterUpper(code[0])) ? null : $"atc '{code}' is no ATC code of 5 or 7 characters";

    static string? Factor(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor > 0 ? null : $"factor '{text}' is no number above 0";

    static string? Known(TableRow row, string column, IReadOnlyList<TableRow> rows) =>
        rows.Any(other => other != row && other["quantity"] == row["quantity"] && other[column] == row[column]) ? null
        : $"{column} '{row[column]}' is not the unit of {row["quantity"]}";

    // A required value set: a site may map other words to its codes, not add codes.
    static string? Shipped(TableRow row, string table) =>
        TableSet.Shipped[table].Any(other => other["code"] == row["code"]) ? null : $"code '{row["code"]}' is not in the value set";
}
