using System.Diagnostics;
using System.Globalization;
using Dicom2Fhir.Load.Data;

namespace Dicom2Fhir.Load.Run;

/// <summary>Whole answers through their page links, one client, checked for completeness; beside them the same rows as bytes by COPY.</summary>
static class DrainStep
{
    const double Share = 0.75;

    // Rows both sides have sent before the clock starts: a facade that runs for weeks has its code compiled, which takes 300 pages.
    const int WarmUp = 300_000;

    static readonly string[] Modalities = ["CT", "MR"];

    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench)
    {
        var facade = await bench.FacadeAsync();
        await bench.FloorAsync();
        var (name, query, modality) = Wanted(bench);
        using var floors = new SearchClient(bench.FloorBase);
        await floors.GetAsync(modality is null ? "choose" : $"choose?modality={modality}");
        var rows = new List<Row>();
        foreach (var (work, elements, path, least) in new[] { ("`_elements=subject`", "_elements=subject&", "subjects", 250_000), ("full resources", "", "documents", 100_000) })
        {
            var hits = bench.Truth.Counts[name];
            using var client = new SearchClient(bench.FhirBase);
            var search = $"{query}{(query.Length > 0 ? "&" : "")}{elements}_count=1000";
            await FloorAsync(floors, path, Math.Min(hits, WarmUp));
            await client.DrainAsync(search, WarmUp);
            var (floorRate, floorTime) = await FloorAsync(floors, path, hits);
            var before = facade.ProcessorTime;
            var drained = await client.DrainAsync(search);
            var processor = facade.ProcessorTime - before;
            var rate = drained.Resources / drained.Time.TotalSeconds;
            var complete = drained.Resources == hits && drained.Doubles == 0 && drained.Digest == bench.Truth.Digests[name];
            var command = $"POST ImagingStudy/_search {search}, then link next";
            rows.Add(new Row("", $"floor of {work}: bytes by COPY, 1,000 rows a page", $"GET /{path}?page=N", hits, Rate: floorRate, Note: string.Create(CultureInfo.InvariantCulture, $"{floorTime.TotalSeconds:0.0} s")));
            rows.Add(new Row(
                "", $"drain of {work}, {name}", command, drained.Resources, drained.PageTimes.Median, drained.PageTimes.P95, rate, floorRate, rate / floorRate,
                string.Create(CultureInfo.InvariantCulture, $"75 % of the floor, {least:N0}/s"), rate / floorRate >= Share && rate >= least,
                string.Create(CultureInfo.InvariantCulture, $"{drained.Bytes / drained.Time.TotalSeconds / 1e6:0} MB/s, facade {processor.TotalSeconds:0.0} processor seconds")));
            rows.Add(new Row("", $"that drain: every study once", command, drained.Resources, Goal: Bench.Correct, Met: complete, Note: complete ? null : $"{drained.Doubles} doubles, the truth is {hits}"));
        }

        return rows;
    }

    // About a million matches: everything, or the modality that comes nearest.
    static (string Name, string Query, string? Modality) Wanted(Bench bench)
    {
        if (bench.Options.Studies <= 1_200_000) return (Truth.Everything, "", null);
        return Modalities.Select(code => (Name: code, Criterion.All.First(criterion => criterion.Name == code).Query, (string?)code))
            .MinBy(choice => Math.Abs(bench.Truth.Counts[choice.Name] - 1_000_000));
    }

    static async Task<(double Rate, TimeSpan Time)> FloorAsync(SearchClient client, string path, long hits)
    {
        var clock = Stopwatch.StartNew();
        for (var page = 0; page * 1000L < hits; page++) await client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"{path}?page={page}"));
        return (hits / clock.Elapsed.TotalSeconds, clock.Elapsed);
    }
}
