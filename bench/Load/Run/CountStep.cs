using Dicom2Fhir.Load.Data;
using Npgsql;

namespace Dicom2Fhir.Load.Run;

/// <summary>Counts on one connection, each total compared with the generator's truth.</summary>
static class CountStep
{
    // As the facade asks; it keeps closed blocks, so its counts do not show what the database needs.
    const string ThreeTokens =
        """
        select coalesce(sum(bit_count(l.b & a.b & c.b & d.b)), 0)::bigint
          from (select block, b from bits where term = $1) l join (select block, b from bits where term = $2) a using (block)
          join (select block, b from bits where term = $3) c using (block) join (select block, b from bits where term = $4) d using (block)
        """;

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
        for (var i = 0; i < bench.Repetitions * 2; i++) await client.CountAsync(Criterion.All[i % Criterion.All.Count].Query);        // as the floors: what runs for days is compiled
        foreach (var criterion in Criterion.All) rows.Add(await MeasureAsync(bench, client, criterion, select));
        rows.Add(await SqlAsync(bench));
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
        var (goal, limit) = criterion == Criterion.ThreeTokens ? ("p95 under 2 ms at 10 million", 2) : criterion == Criterion.ThreeTokensInMarch ? ("p95 under 25 ms at 10 million", 25) : (null, 0);
        return new Row(
            "", criterion.Name, Command(criterion), total, times.Median, times.P95, 1000 / times.Median, select.Median, select.Median / times.Median,
            goal, goal is null ? null : times.P95 < limit);
    }

    static string Command(Criterion criterion) => "POST ImagingStudy/_search " + criterion.Query + "&_summary=count";

    static async Task<Row> SqlAsync(Bench bench)
    {
        var truth = bench.Truth.Counts[Criterion.ThreeTokens.Name];
        var terms = new List<int>();
        foreach (var (param, kind, code) in new[] { ("", 'l', ""), ("modality", 't', "CT"), ("series-bodysite", 't', "43799004"), ("contrast-bolus", 't', "true") })
        {
            terms.Add(await bench.ValueAsync<int>($"select id from term where type = 1 and param = '{param}' and kind = '{kind}' and code = '{code}'"));
        }

        await using var connection = await bench.Database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(ThreeTokens, connection);
        foreach (var term in terms) command.Parameters.AddWithValue(term);
        await command.PrepareAsync();
        var total = (long)(await command.ExecuteScalarAsync())!;
        if (total != truth) return new Row("", Criterion.ThreeTokens.Name + ", SQL", ThreeTokens, total, Goal: Bench.Correct, Met: false, Note: $"the truth is {truth}");
        var times = await Times.OfAsync(() => command.ExecuteScalarAsync(), bench.Repetitions, bench.Longest);
        return new Row("", Criterion.ThreeTokens.Name + ", by SQL alone, one connection", "the SQL of `__explain`, prepared", total, times.Median, times.P95, 1000 / times.Median, Goal: "p95 under 6 ms at 10 million", Met: times.P95 < 6);
    }
}
