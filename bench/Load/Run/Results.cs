using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Dicom2Fhir.Load.Run;

/// <summary>One line of the table. Times in milliseconds, rates a second.</summary>
/// <param name="Step">The step that made it; a step that is done is not repeated.</param>
/// <param name="Floor">The same quantity of the floor of the same run; <see cref="Ratio"/> is how near the work comes to it (1 = as good).</param>
/// <param name="Goal">As the issue words it; with <paramref name="Met"/> whether it was reached.</param>
sealed record Row(
    string Step, string Work, string Command, long? Hits = null, double? Median = null, double? P95 = null, double? Rate = null, double? Floor = null, double? Ratio = null,
    string? Goal = null, bool? Met = null, string? Note = null);

/// <summary>Rows of a run, kept as lines of a file so that an interrupted run goes on where it was.</summary>
sealed class Results(string file, string commit)
{
    sealed record Line(string Commit, Row Row);

    readonly List<Row> rows = [.. Read(file).Where(line => line.Commit == commit).Select(line => line.Row)];

    public IReadOnlyList<Row> Rows => rows;

    public bool Has(string step) => rows.Exists(row => row.Step == step);

    public void Forget(string step)
    {
        rows.RemoveAll(row => row.Step == step);
        File.WriteAllLines(file, [.. Read(file).Where(line => line.Commit != commit || line.Row.Step != step).Select(line => JsonSerializer.Serialize(line))]);
    }

    /// <summary>Adds all rows of a step at once: half a step is none.</summary>
    public void Add(IReadOnlyList<Row> step)
    {
        rows.AddRange(step);
        File.AppendAllLines(file, step.Select(row => JsonSerializer.Serialize(new Line(commit, row))));
    }

    /// <summary>The table of these steps.</summary>
    public string Table(params IReadOnlyList<string> steps)
    {
        var text = new StringBuilder();
        text.AppendLine("| work | command | hits | median ms | p95 ms | rate/s | floor | ratio | goal | |");
        text.AppendLine("|---|---|---:|---:|---:|---:|---:|---:|---|---|");
        foreach (var row in rows.Where(row => steps.Contains(row.Step)))
        {
            var met = row.Met switch { true => "met", false => "**missed**", null => "" };
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Work} | `{row.Command.Replace("|", "\\|", StringComparison.Ordinal)}` | {row.Hits:N0} | {Number(row.Median)} | {Number(row.P95)} | {Number(row.Rate)} | {Number(row.Floor)} | {row.Ratio:0.00} | {row.Goal} | {met}{(row.Note is null ? "" : " " + row.Note)} |");
        }

        return text.ToString();
    }

    static string Number(double? value) => value switch
    {
        null => "",
        < 10 => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
        < 1000 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("N0", CultureInfo.InvariantCulture),
    };

    static IEnumerable<Line> Read(string file) =>
        File.Exists(file) ? File.ReadAllLines(file).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<Line>(line)!) : [];
}
