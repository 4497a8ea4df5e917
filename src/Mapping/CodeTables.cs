using System.Collections.Frozen;

namespace Dicom2Fhir.Mapping;

/// <summary>A code with its display as a table states it.</summary>
public sealed record Code(string Value, string Display);

/// <summary>One row of a table file: line number and the cells by column name.</summary>
sealed record TableRow(int Line, IReadOnlyDictionary<string, string> Cells)
{
    public string this[string column] => Cells[column];
}

/// <summary>
/// The .tsv files of this project: tab separated, first line the column names, source and version in every row. Read once; a fault in a file
/// is a bug of the build and stops the program.
/// </summary>
static class CodeTables
{
    /// <summary>CID 33 by code.</summary>
    public static FrozenDictionary<string, Code> Modalities { get; } =
        Rows("Modalities").ToFrozenDictionary(row => row["code"], row => new Code(row["code"], row["display"]), StringComparer.Ordinal);

    /// <summary>CID 244 by scheme and value ("" is the scheme of the CS attributes); null for a value that is known to have no code.</summary>
    public static FrozenDictionary<(string Scheme, string Value), Code?> Lateralities { get; } = Rows("Laterality").ToFrozenDictionary(
        row => (row["scheme"], row["value"]), row => row["code"].Length == 0 ? null : new Code(row["code"], row["display"]));

    /// <summary>Words in place of a contrast agent: "denied" or "unknown".</summary>
    public static FrozenDictionary<string, string> ContrastWords { get; } =
        Rows("ContrastWords").ToFrozenDictionary(row => row["word"], row => row["state"], StringComparer.Ordinal);

    /// <summary>Reads an embedded table.</summary>
    /// <exception cref="InvalidDataException">A line has another number of cells than the first.</exception>
    public static IReadOnlyList<TableRow> Rows(string table)
    {
        using var stream = typeof(CodeTables).Assembly.GetManifestResourceStream($"Dicom2Fhir.Mapping.{table}.tsv")
            ?? throw new InvalidDataException($"no table {table}");
        using var reader = new StreamReader(stream);
        var columns = reader.ReadLine()!.Split('\t');
        var rows = new List<TableRow>();
        for (var line = 2; reader.ReadLine() is { } text; line++)
        {
            var cells = text.Split('\t');
            if (cells.Length != columns.Length)
                throw new InvalidDataException($"{table}.tsv line {line}: {cells.Length} cells, not {columns.Length}");
            rows.Add(new TableRow(line, columns.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal)));
        }

        return rows;
    }
}
