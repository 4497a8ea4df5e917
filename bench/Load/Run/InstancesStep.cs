using System.Diagnostics;
using System.Globalization;
using Dicom2Fhir.Load.Data;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.Load.Run;

/// <summary>The second table: studies with every instance listed (Instances=full), in a database of their own.</summary>
static class InstancesStep
{
    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench)
    {
        var studies = bench.Options.Instances >= 0 ? bench.Options.Instances : Math.Min(200_000, bench.Options.Studies / 50);
        if (studies == 0) return [new Row("", "instances", "--instances 0", 0, Note: "not measured")];
        var folder = Path.Combine(bench.Options.Data, "instances");
        await Bench.TuneAsync(folder, bench.Options.Buffers);
        await using var store = await StoreConnection.OpenForWritingAsync(folder, null, StudyResource.Zone, CancellationToken.None);
        var resources = new StudyResource(bench.Source, instances: true);
        var from = await BulkLoad.LoadedAsync(store.Database);
        var clock = Stopwatch.StartNew();
        await new BulkLoad(store.Database, resources, bench.Source).WriteAsync(from, studies);
        var rate = (studies - from) / clock.Elapsed.TotalSeconds;
        var listed = bench.Source.Range(0, studies).Sum(study => study.Series.Sum(resources.Listed));
        var sizes = await SizesAsync(store, listed);

        await using var facade = await Bench.StartFacadeAsync(folder, bench.Options.Port + 2);
        var fhirBase = new Uri($"http://127.0.0.1:{bench.Options.Port + 2}/fhir/");
        using var client = new SearchClient(fhirBase);
        var truth = Truth.Count(bench.Source, studies);
        var count = await Times.OfAsync(() => client.CountAsync(Criterion.ThreeTokens.Query), bench.Repetitions, bench.Longest);
        var subjects = await client.DrainAsync("_elements=subject&_count=1000");
        var full = await client.DrainAsync("_count=1000", atMost: 5_000);
        var complete = subjects.Resources == studies && subjects.Doubles == 0 && subjects.Digest == truth.Digests[Truth.Everything];
        return
        [
            new Row("", "full: write and fold", "bench/Load, two writers of 1,000", studies, Rate: studies > from ? rate : null, Note: string.Create(CultureInfo.InvariantCulture, $"{listed:N0} instances, {(double)listed / studies:0} a study, {rate * listed / studies:N0} instances/s")),
            .. sizes,
            new Row("", "full: " + Criterion.ThreeTokens.Name, "POST ImagingStudy/_search ...&_summary=count", await client.CountAsync(Criterion.ThreeTokens.Query), count.Median, count.P95),
            new Row("", "full: drain of `_elements=subject`", "POST ImagingStudy/_search _elements=subject&_count=1000", subjects.Resources, subjects.PageTimes.Median, subjects.PageTimes.P95, subjects.Resources / subjects.Time.TotalSeconds),
            new Row("", "full: that drain, every study once", "the same", subjects.Resources, Goal: Bench.Correct, Met: complete),
            new Row("", "full: drain of full resources", "POST ImagingStudy/_search _count=1000, pages close at 4 MiB", full.Resources, full.PageTimes.Median, full.PageTimes.P95, full.Resources / full.Time.TotalSeconds, Note: string.Create(CultureInfo.InvariantCulture, $"{full.Bytes / full.Time.TotalSeconds / 1e6:0} MB/s, {full.Bytes / 1024.0 / full.Resources:0} kB a resource")),
            new Row("", "full: memory of the facade", "VmHWM", facade.PeakMemory, Goal: "under 300 MB", Met: facade.PeakMemory < 300L << 20, Note: string.Create(CultureInfo.InvariantCulture, $"{facade.PeakMemory / 1048576.0:0} MB")),
        ];
    }

    static async Task<IReadOnlyList<Row>> SizesAsync(StoreConnection store, long listed)
    {
        await using var command = store.Database.CreateCommand("select sum(pg_column_size(document))::bigint, sum(length(document))::bigint, pg_database_size(current_database()) from resource");
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return
        [
            .. new[] { ("documents as stored", reader.GetInt64(0)), ("documents as text", reader.GetInt64(1)), ("whole database", reader.GetInt64(2)) }
                .Select(part => new Row("", "full: " + part.Item1, "sizes", part.Item2, Note: string.Create(CultureInfo.InvariantCulture, $"{part.Item2 / (double)listed:0} bytes an instance"))),
        ];
    }
}
