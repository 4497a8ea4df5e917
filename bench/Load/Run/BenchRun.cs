using System.Diagnostics;
using System.Globalization;

namespace Dicom2Fhir.Load.Run;

/// <summary>The whole table, step by step; a step that its results file has is not repeated.</summary>
static class BenchRun
{
    public static async Task<int> RunAsync(Options options)
    {
        var instances = options.Instances >= 0 ? options.Instances : Math.Min(200_000, options.Studies / 50);
        if (Disk.Refuse(options.Data, Disk.Needed(options.Studies, instances)) is { } refusal)
        {
            Console.Error.WriteLine(refusal);
            return 1;
        }

        var results = new Results(Path.Combine(options.Data, "results.jsonl"), $"{Machine.Commit()} {Settings(options, instances)}");
        await using (var bench = await Bench.OpenAsync(options, results))
        {
            foreach (var (name, step) in Steps)
            {
                if (options.Only.Count > 0 && !options.Only.Contains(name)) continue;
                if (results.Has(name) && !options.Again)
                {
                    Say($"{name}: done before");
                    continue;
                }

                Say(name);
                var clock = Stopwatch.StartNew();
                var rows = await step(bench);
                results.Forget(name);
                results.Add([.. rows.Select(row => row with { Step = name })]);
                Say($"{name}: {clock.Elapsed.TotalSeconds:0} s");
            }
        }

        var table = Machine.Describe(options, instances) + string.Concat(Tables.Select(part => $"\n## {part.Title}\n\n{results.Table(part.Steps)}"));
        await File.WriteAllTextAsync(Path.Combine(options.Data, "table.md"), table);
        Console.Out.WriteLine(table);
        return results.Rows.Any(row => row.Met is false && row.Goal == Bench.Correct) ? 1 : 0;
    }

    // What figures depend on beside the commit: with other settings nothing is done before.
    static string Settings(Options options, long instances) => string.Create(
        CultureInfo.InvariantCulture, $"{options.Studies} {options.Times} {options.Seed} {(options.Messy ? "messy" : "clean")} {instances} {options.Buffers}{(options.Quick ? " quick" : "")}");

    /// <summary>Progress on stderr.</summary>
    public static void Say(string text) => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetLocalNow():HH:mm:ss} {text}"));

    static readonly (string Title, string[] Steps)[] Tables =
    [
        ("Searches", ["count", "page", "drain", "mixed", "fresh"]), ("Ingest", ["load", "import", "index", "while-indexing"]), ("Start and memory", ["restart", "memory"]),
        ("Every instance listed", ["instances"]), ("Bytes a study", ["size"]),
    ];

    static readonly (string Name, Func<Bench, Task<IReadOnlyList<Row>>> Work)[] Steps =
    [
        ("load", LoadStep.RunAsync), ("size", LoadStep.SizeAsync), ("restart", RestartStep.RunAsync), ("count", CountStep.RunAsync), ("page", PageStep.RunAsync), ("drain", DrainStep.RunAsync),
        ("mixed", MixedStep.RunAsync), ("fresh", FreshStep.RunAsync), ("import", IngestStep.ImportAsync), ("index", IngestStep.IndexAsync), ("while-indexing", IngestStep.CountingAsync),
        ("memory", RestartStep.MemoryAsync), ("instances", InstancesStep.RunAsync),
    ];
}
