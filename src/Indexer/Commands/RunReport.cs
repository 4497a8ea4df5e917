using System.Globalization;
using System.Text.Json;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>The end of a run: the last line of --json, or a few lines of words.</summary>
sealed record RunReport(RunTotals Totals, double Seconds, IReadOnlyDictionary<string, long> Reasons)
{
    public static async Task<RunReport> OfAsync(Ledger ledger, long run, Progress progress)
    {
        var (outcomes, reasons) = await ledger.RunAsync(run, CancellationToken.None);
        var counts = Outcomes.All.Select(word => outcomes.GetValueOrDefault(word)).ToArray();
        return new RunReport(new RunTotals(counts.Sum(), counts[0], counts[1], counts[2], counts[3], counts[4], progress.Resources), progress.Seconds, reasons);
    }

    public void Write(TextWriter output, bool json)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                files = Totals.Files,
                stored = Totals.Stored,
                updated = Totals.Updated,
                unchanged = Totals.Unchanged,
                skipped = Totals.Skipped,
                quarantined = Totals.Quarantined,
                resources = Totals.Resources,
                seconds = Math.Round(Seconds, 3),
                reasons = Reasons,
            }));
            return;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Totals.Files} inputs in {Seconds:0.0} s: {Totals.Stored} stored, {Totals.Updated} updated, {Totals.Unchanged} unchanged, {Totals.Skipped} skipped, {Totals.Quarantined} quarantined; {Totals.Resources} resource versions written"));
        foreach (var (reason, count) in Reasons) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {reason,-18}{count,8}"));
    }
}
