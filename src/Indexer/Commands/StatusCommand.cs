using System.Globalization;
using System.Text.Json;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>status: totals of the store, or one JSON line an input.</summary>
static class StatusCommand
{
    public static async Task<int> InputsAsync(Session session, string? outcome, CancellationToken cancellationToken)
    {
        await foreach (var line in session.Ledger.InputsAsync(outcome, cancellationToken))
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new
            {
                source = line.Source, outcome = line.Outcome, reason = line.Reason, text = line.Text, study = line.Study, run = line.Run,
                time = line.Time, vanished = line.Vanished,
            }));
        }

        return 0;
    }

    public static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var status = await session.Ledger.StatusAsync(cancellationToken);
        if (session.Json) Console.Out.WriteLine(JsonSerializer.Serialize(Shape(status)));
        else Print(status);
        return 0;
    }

    static object Shape(StoreStatus status) => new
    {
        schema = status.Schema,
        resources = status.Resources,
        studies = status.Studies,
        series = status.Series,
        instances = status.Instances,
        inputs = status.Inputs,
        reasons = status.Reasons,
        vanished = status.Vanished,
        conformance = new { valid = status.Valid, invalid = status.Invalid, @unchecked = status.Unchecked },
        index = new { terms = status.Terms, upto = status.Upto, pending = status.Pending },
        compression = status.Compression,
        last = status.Last is not { } last ? (object)new { } : new
        {
            run = last.Run, verb = last.Verb, started = last.Started, finished = last.Finished,
            files = last.Totals.Files, stored = last.Totals.Stored, updated = last.Totals.Updated, unchanged = last.Totals.Unchanged,
            skipped = last.Totals.Skipped, quarantined = last.Totals.Quarantined, resources = last.Totals.Resources,
            difference = new
            {
                resources = last.Difference.Resources, studies = last.Difference.Studies, series = last.Difference.Series,
                instances = last.Difference.Instances, inputs = last.Difference.Inputs,
            },
        },
    };

    static void Print(StoreStatus status)
    {
        Line("schema", $"{status.Schema}, documents compressed with {status.Compression}");
        Line("resources", Counts(status.Resources));
        Line("kept", $"{status.Studies} studies, {status.Series} series, {status.Instances} instances");
        Line("inputs", Counts(status.Inputs));
        Line("reasons", Counts(status.Reasons));
        if (status.Vanished > 0) Line("vanished", $"{status.Vanished} inputs whose file is gone");
        Line("conformance", $"{status.Valid} valid, {status.Invalid} invalid, {status.Unchecked} unchecked");
        Line("index", $"{status.Terms} terms, {status.Pending} resources wait to be folded");
        if (status.Last is { } last)
        {
            Line("last run", $"{last.Run} {last.Verb}, {(last.Finished is null ? "not finished" : $"{last.Totals.Files} inputs, {last.Totals.Resources} resource versions")}");
            var since = last.Difference;
            Line("since before", $"{since.Resources:+0;-0;0} resources, {since.Studies:+0;-0;0} studies, {since.Series:+0;-0;0} series, {since.Instances:+0;-0;0} instances, {since.Inputs:+0;-0;0} inputs");
        }
    }

    static void Line(string name, FormattableString text) => Line(name, text.ToString(CultureInfo.InvariantCulture));

    static void Line(string name, string text) => Console.Out.WriteLine($"{name,-13}{text}");

    static string Counts(IReadOnlyDictionary<string, long> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value} {pair.Key}")));
}
