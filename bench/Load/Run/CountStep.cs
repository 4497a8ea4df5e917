using Dicom2Fhir.Load.Data;

namespace Dicom2Fhir.Load.Run;

/// <summary>Counts on one connection, each total compared with the generator's truth.</summary>
static class CountStep
{
    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench)
    {
        await bench.FacadeAsync();
        await bench.FloorAsync();
        using var floors = new SearchClient(bench.FloorBase);
        var trivial = await Times.OfAsync(() => floors.GetAsync("trivial"), bench.Repetitions * 4, bench.Longest);
        var select = await Times.OfAsync(() => floors.GetAsync("select1"), bench.Repetitions * 4, bench.Longest);
        var rows = new List<Row>
        {
            new("", "floor: trivial endpoint", "GET /trivial", null, trivial.Median, trivial.P95, 1000 / trivial.Median),
            new("", "floor: endpoint with one `select 1`", "GET /select1", null, select.Median, select.P95, 1000 / select.Median),
        };
        using var client = new SearchClient(bench.FhirBase);
        foreach (var criterion in Criterion.All) rows.Add(await MeasureAsync(bench, client, criterion, select));
        return rows;
    }

    static async Task<Row> MeasureAsync(Bench bench, SearchClient client, Criterion criterion, Times select)
    {
        var total = await client.CountAsync(criterion.Query);
        if (total != bench.Truth.Counts[criterion.Name])
        {
            return new Row("", criterion.Name, Command(criterion), total, Goal: Bench.Correct, Met: false, Note: $"the truth is {bench.Truth.Counts[criterion.Name]}");
        }

        var times = await Times.OfAsync(() => client.CountAsync(criterion.Query), bench.Repetitions, bench.Longest);
        var (goal, limit) = criterion == Criterion.ThreeTokens ? ("p95 under 6 ms", 6) : criterion == Criterion.ThreeTokensInMarch ? ("p95 under 25 ms", 25) : (null, 0);
        return new Row(
            "", criterion.Name, Command(criterion), total, times.Median, times.P95, 1000 / times.Median, select.Median, select.Median / times.Median,
            goal, goal is null ? null : times.P95 < limit);
    }

    static string Command(Criterion criterion) => "POST ImagingStudy/_search " + criterion.Query + "&_summary=count";
}
