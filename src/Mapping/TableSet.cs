using System.Security.Cryptography;
using System.Text;

namespace Dicom2Fhir.Mapping;

/// <summary>One row of a table file: line number and the cells by column name.</summary>
sealed record TableRow(int Line, IReadOnlyDictionary<string, string> Cells)
{
    public string this[string column] => Cells[column];
}

/// <summary>The rows of all tables.</summary>
sealed class TableSet(IReadOnlyDictionary<string, IReadOnlyList<TableRow>> tables)
{
    static readonly Lazy<TableSet> ShippedSet = new(() => new(TableSpec.All.ToDictionary(spec => spec.Name, IReadOnlyList<TableRow> (spec) => Load(spec.Name), StringComparer.Ordinal)));

    /// <summary>The embedded files.</summary>
    public static TableSet Shipped => ShippedSet.Value;

    public IReadOnlyList<TableRow> this[string table] => tables[table];

    /// <summary>SHA-256 in hex over every cell but source and version, in table order.</summary>
    public string Fingerprint
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var spec in TableSpec.All)
            {
                foreach (var row in tables[spec.Name])
                {
                    var cells = row.Cells.Where(cell => cell.Key is not ("source" or "version" or "note")).OrderBy(cell => cell.Key, StringComparer.Ordinal);
                    hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\t', [spec.Name, .. cells.Select(cell => cell.Value), "\n"])));
                }
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    /// <summary>The set in which some tables have other rows.</summary>
    public TableSet With(IReadOnlyDictionary<string, IReadOnlyList<TableRow>> changed) =>
        new(tables.ToDictionary(pair => pair.Key, pair => changed.GetValueOrDefault(pair.Key, pair.Value), StringComparer.Ordinal));

    static List<TableRow> Load(string table)
    {
        using var stream = typeof(TableSet).Assembly.GetManifestResourceStream($"Dicom2Fhir.Mapping.{table}.tsv")
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
