using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Dicom2Fhir.Load.Data;
using Dicom2Fhir.Store;
using NpgsqlTypes;

namespace Dicom2Fhir.Load.Run;

/// <summary>What the indexer reaches with files as sites have them: its own process, folded at the end.</summary>
static class IngestStep
{
    // Beyond every study of the data, and of FreshStep.
    const long First = 2_000_000_000;

    const long MostMemory = 500L << 20;

    sealed record Ran(JsonElement Report, TimeSpan Time, long PeakMemory);

    public static async Task<IReadOnlyList<Row>> ImportAsync(Bench bench)
    {
        var studies = bench.Options.Quick ? 5_000 : 100_000;
        var folder = Fresh(bench, "import");
        var file = Path.Combine(folder, "studies.ndjson");
        DataFiles.WriteNdjson(file, bench.Source, 0, studies, instances: false);
        var database = Path.Combine(folder, "database");
        await Bench.TuneAsync(database, bench.Options.Buffers);
        var floor = await FloorAsync(bench, file, studies);
        var ran = await RunAsync(database, "import", file);
        var rate = studies / ran.Time.TotalSeconds;
        var row = new Row(
            "", "import of NDJSON with validation, index and fold", "dicom2fhir import FILE", ran.Report.GetProperty("resources").GetInt64(), Rate: rate, Floor: floor, Ratio: rate / floor,
            Goal: "6,000/s, 500 MB", Met: rate >= 6000 && ran.PeakMemory < MostMemory, Note: Memory(ran) + ", floor: COPY of the lines into a table without index");
        Directory.Delete(folder, recursive: true);
        return [row, new Row("", "that import: all stored", "dicom2fhir import FILE", ran.Report.GetProperty("stored").GetInt64(), Goal: Bench.Correct, Met: ran.Report.GetProperty("stored").GetInt64() == studies)];
    }

    public static async Task<IReadOnlyList<Row>> IndexAsync(Bench bench)
    {
        var folder = Fresh(bench, "index");
        var (files, floor) = WriteFiles(bench, Path.Combine(folder, "dicom"), 0);
        var database = Path.Combine(folder, "database");
        await Bench.TuneAsync(database, bench.Options.Buffers);
        var ran = await RunAsync(database, "index", Path.Combine(folder, "dicom"));
        var rate = files / ran.Time.TotalSeconds;
        Directory.Delete(folder, recursive: true);
        return
        [
            new Row(
                "", "index of DICOM files, folded", "dicom2fhir index DIR", ran.Report.GetProperty("stored").GetInt64(), Rate: rate, Floor: floor, Ratio: rate / floor, Goal: "2,500/s, 500 MB",
                Met: rate >= 2500 && ran.PeakMemory < MostMemory, Note: Memory(ran) + $", files of {bench.Options.FileBytes} bytes, floor: reading them"),
        ];
    }

    /// <summary>Counts before and while another process indexes into the measured data; what it added is deleted afterwards.</summary>
    public static async Task<IReadOnlyList<Row>> CountingAsync(Bench bench)
    {
        await bench.FacadeAsync();
        var folder = Fresh(bench, "while-indexing");
        WriteFiles(bench, folder, First);
        using var client = new SearchClient(bench.FhirBase);
        for (var warm = 0; warm < (bench.Options.Quick ? 20 : 3_000); warm++) await client.CountAsync(Criterion.ThreeTokens.Query);
        var idle = new Times();
        while (idle.Count < bench.Repetitions) await CountOnceAsync(idle);
        var indexing = RunAsync(bench.DataFolder, "index", folder);
        while (!indexing.IsCompleted && !await HasBegunAsync(bench)) await Task.Delay(20);
        var busy = new Times();
        while (!indexing.IsCompleted) await CountOnceAsync(busy);
        var ran = await indexing;
        await CleanAsync(bench);
        Directory.Delete(folder, recursive: true);
        var files = ran.Report.GetProperty("files").GetInt64();
        var command = "POST ImagingStudy/_search " + Criterion.ThreeTokens.Query + "&_summary=count";
        return
        [
            new Row("", "count, idle", command, idle.Count, idle.Median, idle.P95),
            new Row(
                "", "count while indexing at full rate", command, busy.Count, busy.Median, busy.P95, Floor: idle.P95, Ratio: idle.P95 / busy.P95, Goal: "p95 at most 3 x idle", Met: busy.P95 <= 3 * idle.P95,
                Note: string.Create(CultureInfo.InvariantCulture, $"beside {files / ran.Time.TotalSeconds:N0} files/s")),
        ];

        // A portal, not a flood: that would measure itself, and find the caches of the processor warm when nothing else is at work.
        async Task CountOnceAsync(Times times)
        {
            var one = Stopwatch.GetTimestamp();
            await client.CountAsync(Criterion.ThreeTokens.Query);
            times.Add(Stopwatch.GetElapsedTime(one).TotalMilliseconds);
            await Task.Delay(5);
        }
    }

    static async Task<bool> HasBegunAsync(Bench bench)
    {
        await using var command = bench.Database.CreateCommand("select exists (select from intake.run where finished is null)");
        return await command.ExecuteScalarAsync() is true;
    }

    // Their inputs too: known ones would not be read the next time.
    static async Task CleanAsync(Bench bench)
    {
        await bench.ExecuteAsync("truncate intake.input, intake.series, intake.finding, intake.run");
        foreach (var type in ServedType.All)
        {
            var ids = new List<string>();
            await using (var command = bench.Database.CreateCommand("select id from resource where type = $1 and origin = 1 and not deleted"))
            {
                command.Parameters.AddWithValue(type.Number);
                await using var reader = await command.ExecuteReaderAsync();
                while (await reader.ReadAsync()) ids.Add(reader.GetString(0));
            }

            if (ids.Count > 0) await BulkLoad.DeleteAsync(bench.Database, type, ids, Origin.Index);
        }
    }

    static (long Files, double FloorRate) WriteFiles(Bench bench, string folder, long from)
    {
        var (files, _) = DataFiles.WriteDicom(folder, bench.Source, bench.Options with { From = from, Studies = bench.Options.Quick ? 200 : 3_000 });
        var clock = Stopwatch.StartNew();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)) File.ReadAllBytes(file);
        return (files, files / clock.Elapsed.TotalSeconds);
    }

    static async Task<double> FloorAsync(Bench bench, string file, int studies)
    {
        await bench.ExecuteAsync("drop table if exists bench_floor; create table bench_floor (document text)");
        var clock = Stopwatch.StartNew();
        await using (var connection = await bench.Database.OpenConnectionAsync())
        await using (var copy = await connection.BeginBinaryImportAsync("copy bench_floor from stdin (format binary)"))
        {
            foreach (var line in File.ReadLines(file))
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(line, NpgsqlDbType.Text);
            }

            await copy.CompleteAsync();
        }

        var rate = studies / clock.Elapsed.TotalSeconds;
        await bench.ExecuteAsync("drop table bench_floor");
        return rate;
    }

    static async Task<Ran> RunAsync(string database, string verb, string path)
    {
        // each program in a session of its own, as services and timers have: kernels that group processes by session share the processors out among these
        var start = new ProcessStartInfo("setsid", ["dotnet", Bench.IndexerProgram, verb, path, "--data", database, "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["DOTNET_TieredPGO"] = "0";             // as ./dicom2fhir starts it
        start.Environment["DOTNET_GCgen0size"] = "0x4000000";
        start.Environment["Instances"] = "counts";
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        var peak = 0L;
        while (!process.HasExited)
        {
            try
            {
                peak = Math.Max(peak, Server.Peak(process.Id));
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException)
            {
                break;      // it ended between the two
            }

            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(100));
        }

        await process.WaitForExitAsync();
        var time = clock.Elapsed;
        if (process.ExitCode != 0) throw new InvalidOperationException($"{verb} ended with {process.ExitCode}: {await errors}");
        var last = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        return new Ran(JsonDocument.Parse(last).RootElement, time, peak);
    }

    static string Memory(Ran ran) => string.Create(CultureInfo.InvariantCulture, $"{ran.PeakMemory / 1048576.0:0} MB, {ran.Time.TotalSeconds:0.0} s with start and end of the program");

    static string Fresh(Bench bench, string name)
    {
        var folder = Path.Combine(bench.Options.Data, name);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        return folder;
    }
}
