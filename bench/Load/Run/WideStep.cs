using System.Globalization;
using Dicom2Fhir.Load.Data;
using Npgsql;

namespace Dicom2Fhir.Load.Run;

/// <summary>
/// Counts over 10 million studies: a count reads bitmaps and nothing else, so the bitmaps of the data are repeated until they are as long, and removed
/// afterwards. Each total is the truth times the repetitions.
/// </summary>
static class WideStep
{
    const long Studies = 10_000_000;

    // As the facade asks; it keeps closed blocks, so its counts do not show what the database needs.
    const string ThreeTokens =
        """
        select coalesce(sum(bit_count(l.b & a.b & c.b & d.b)), 0)::bigint
          from (select block, b from bits where term = $1) l join (select block, b from bits where term = $2) a using (block)
          join (select block, b from bits where term = $3) c using (block) join (select block, b from bits where term = $4) d using (block)
        """;

    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench)
    {
        if (bench.Options.Messy) return [];       // dates over several days are in rows, which are not repeated
        var wanted = bench.Options.Quick ? Studies / 10 : Studies;
        var copies = (int)((wanted + bench.Options.Studies - 1) / bench.Options.Studies);
        await NarrowAsync(bench);
        await bench.ExecuteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            insert into bits (term, block, b)
            select b.term, b.block + c * (f.upto / 32000 + 1), b.b from fold_state f cross join generate_series(1, {copies - 1}) c join term t on t.type = 1 join bits b on b.term = t.id where f.type = 1;
            update fold_state set upto = upto + {copies - 1} * (upto / 32000 + 1) * 32000 where type = 1;
            """));
        await bench.ExecuteAsync("vacuum (analyze) bits");
        try
        {
            return await MeasureAsync(bench, copies);
        }
        finally
        {
            await NarrowAsync(bench);
            await bench.StopFacadeAsync();
        }
    }

    static async Task<IReadOnlyList<Row>> MeasureAsync(Bench bench, int copies)
    {
        await bench.FacadeAsync();
        using var client = new SearchClient(bench.FhirBase);
        var truth = bench.Truth.Counts[Criterion.ThreeTokens.Name] * copies;
        var rows = new List<Row> { await SqlAsync(bench, truth) };
        foreach (var criterion in Criterion.All)
        {
            var total = await client.CountAsync(criterion.Query);
            var expected = bench.Truth.Counts[criterion.Name] * copies;
            var times = await Times.OfAsync(() => client.CountAsync(criterion.Query), bench.Repetitions, bench.Longest);
            var (goal, limit) = criterion == Criterion.ThreeTokens ? ("p95 under 2 ms", 2) : criterion == Criterion.ThreeTokensInMarch ? ("p95 under 25 ms", 25) : (null, 0);
            rows.Add(total == expected
                ? new Row("", criterion.Name, "POST ImagingStudy/_search " + criterion.Query + "&_summary=count", total, times.Median, times.P95, 1000 / times.Median, Goal: goal, Met: goal is null ? null : times.P95 < limit)
                : new Row("", criterion.Name, criterion.Query, total, Goal: Bench.Correct, Met: false, Note: $"the truth is {expected}"));
        }

        return rows;
    }

    static async Task<Row> SqlAsync(Bench bench, long truth)
    {
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
        return new Row("", Criterion.ThreeTokens.Name + ", by SQL alone, one connection", "the SQL of `__explain`, prepared", total, times.Median, times.P95, 1000 / times.Median, Goal: "p95 under 6 ms", Met: times.P95 < 6);
    }

    // The data as it was: its numbers are those of its rows.
    static async Task NarrowAsync(Bench bench)
    {
        var changed = await bench.ValueAsync<long>(
            """
            with real as (select coalesce(max(no), 0) as upto from search_row where type = 1), narrowed as (
                update fold_state f set upto = r.upto, bits_version = bits_version + 1 from real r where f.type = 1 and f.upto > r.upto returning f.upto
            ), removed as (
                delete from bits b using term t, real r where t.type = 1 and b.term = t.id and b.block > r.upto / 32000 returning 1
            )
            select (select count(*) from narrowed) + (select count(*) from removed)
            """);
        if (changed > 0) await bench.ExecuteAsync("vacuum (analyze) bits");
    }
}
