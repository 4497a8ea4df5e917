namespace Dicom2Fhir.Mapping;

/// <summary>
/// A site's own rows: blocks of "[Table]", a line with column names, and rows, all tab separated; empty lines and lines that begin with # are passed. A
/// row with the key of a shipped one changes the named columns of it, another is added.
/// </summary>
static class SiteTables
{
    public static (TableSet Set, IReadOnlyList<string> Problems) Read(IEnumerable<string> lines, TableSet shipped)
    {
        var problems = new List<string>();
        var blocks = Blocks(lines, shipped, problems);
        var changed = new Dictionary<string, IReadOnlyList<TableRow>>(StringComparer.Ordinal);
        foreach (var table in blocks.GroupBy(row => row.Spec))
        {
            var twice = table.GroupBy(row => table.Key.KeyOf(row.Row)).Where(group => group.Count() > 1).Select(group => group.Last().Row.Line);
            problems.AddRange(twice.Select(line => $"line {line}: the row stands in the file twice"));
            var own = table.GroupBy(row => table.Key.KeyOf(row.Row)).ToDictionary(group => group.Key, group => group.First().Row, StringComparer.Ordinal);
            changed[table.Key.Name] =
            [
                .. shipped[table.Key.Name].Where(row => !own.ContainsKey(table.Key.KeyOf(row))), .. own.Values,
            ];
        }

        var set = shipped.With(changed);
        problems.AddRange(blocks.Select(row => (row.Row.Line, Fault: row.Spec.Fault(row.Row, set))).Where(pair => pair.Fault is not null)
            .Select(pair => $"line {pair.Line}: {pair.Fault}"));
        return (set, problems);
    }

    static List<(TableSpec Spec, TableRow Row)> Blocks(IEnumerable<string> lines, TableSet shipped, List<string> problems)
    {
        List<(TableSpec, TableRow)> rows = [];
        TableSpec? spec = null;
        string[]? columns = null;
        var number = 0;
        foreach (var line in lines.Select(line => line.TrimEnd('\r')))
        {
            number++;
            if (line.Trim().Length == 0 || line[0] == '#') continue;
            if (line[0] == '[')
            {
                (spec, columns) = (TableSpec.Find(line.Trim().Trim('[', ']')), null);
                if (spec is null) problems.Add($"line {number}: no table {line.Trim()}; there are {string.Join(", ", TableSpec.All.Select(one => one.Name))}");
            }
            else if (spec is not null && columns is null)
            {
                columns = Columns(line, spec, shipped, number, problems);
                if (columns is null) spec = null;
            }
            else if (spec is not null && columns is not null && RowOf(line, number, spec, columns, shipped, problems) is { } row)
            {
                rows.Add((spec, row));
            }
            else if (spec is null && problems.Count == 0)
            {
                problems.Add($"line {number}: a row before the first [Table]");
            }
        }

        return rows;
    }

    static string[]? Columns(string line, TableSpec spec, TableSet shipped, int number, List<string> problems)
    {
        var columns = line.Split('\t').Select(cell => cell.Trim()).ToArray();
        var known = shipped[spec.Name][0].Cells.Keys.ToList();
        var faults = columns.Where(column => !known.Contains(column)).Select(column => $"no column '{column}'; there are {string.Join(", ", known)}")
            .Concat(spec.Key.Where(key => !columns.Contains(key)).Select(key => $"column '{key}' is missing"))
            .Concat(columns.Distinct().Count() < columns.Length ? ["a column stands there twice"] : [])
            .ToList();
        problems.AddRange(faults.Select(fault => $"line {number}: {fault}"));
        return faults.Count == 0 ? columns : null;
    }

    static TableRow? RowOf(string line, int number, TableSpec spec, string[] columns, TableSet shipped, List<string> problems)
    {
        var cells = line.Split('\t').Select(cell => cell.Trim()).ToArray();
        if (cells.Length != columns.Length)
        {
            problems.Add($"line {number}: {cells.Length} cells, not {columns.Length}");
            return null;
        }

        var named = columns.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        var key = string.Join('\t', spec.Key.Select(column => named[column]));
        var ours = shipped[spec.Name].FirstOrDefault(row => spec.KeyOf(row) == key);
        var all = shipped[spec.Name][0].Cells.Keys.ToDictionary(
            column => column, column => named.GetValueOrDefault(column) ?? (column is "source" ? "site" : column is "version" ? "" : ours?[column] ?? ""), StringComparer.Ordinal);
        return new TableRow(number, all);
    }
}
