using System.Globalization;
using Dicom2Fhir.Load.Data;
using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Criterion = Dicom2Fhir.Load.Data.Criterion;

namespace Dicom2Fhir.Load.Run;

/// <summary>
/// Weeks of a hospital's days on data that are there: new studies in small batches, each folded, corrections of older ones, the rows of the week before
/// removed. Shows whether the bitmaps stay small and quick, with the tables' own vacuum settings.
/// </summary>
static class Weeks
{
    const int Count = 4;
    const int StudiesOfDay = 600;

    // A fold a second in working hours, a few studies each.
    const int StudiesOfFold = 10;
    const int CorrectionsOfFold = 3;

    public static async Task<int> RunAsync(Options options)
    {
        var results = new Results(Path.Combine(options.Data, "weeks.jsonl"), "");
        await using var bench = await Bench.OpenAsync(options, results);
        if (await bench.ValueAsync<long>("select count(*) from resource where type = 1 and not deleted") < options.Studies)
        {
            await new BulkLoad(bench.Database, bench.Resources, bench.Source).WriteAsync(0, options.Studies);
            await bench.ExecuteAsync("vacuum (analyze)");
        }

        Console.Out.WriteLine("| day | studies | corrected | bits MB | its key MB | dead rows of bits | pending MB | count p50 ms | p95 ms | dead of live |");
        Console.Out.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        await SayAsync(bench, 0, 0, 0);
        var (next, corrections) = (options.Studies, 0L);
        var random = Dice.Of(options.Seed, 99, 0);
        for (var day = 1; day <= Count * 7; day++)
        {
            for (var fold = 0; fold < StudiesOfDay / StudiesOfFold; fold++)
            {
                await WriteAsync(bench, bench.Source.Range(next, StudiesOfFold), $"Tag {day}");
                next += StudiesOfFold;
                var corrected = Enumerable.Range(0, CorrectionsOfFold).Select(_ => (long)random.Next((int)next)).Distinct().ToList();
                corrections += corrected.Count;
                await WriteAsync(bench, corrected.Select(index => bench.Source[index]), $"Korrektur {day}");
                await new Folder(bench.Database).FoldAllAsync(CancellationToken.None);
                await VacuumAsync(bench);
            }

            await bench.ExecuteAsync("update search_row set gone_time = gone_time - interval '1 day' where gone_time is not null");      // a day passes
            await new Folder(bench.Database).RetireAsync(TimeSpan.FromDays(7), CancellationToken.None);
            if (day % 7 == 0) await SayAsync(bench, day, next - options.Studies, corrections);
        }

        return 0;
    }

    static async Task WriteAsync(Bench bench, IEnumerable<MadeStudy> studies, string description)
    {
        var writes = studies.Select(study =>
        {
            var resource = bench.Resources.Of(study);
            resource.Description = description;
            return new ResourceWrite(ServedType.ImagingStudy, study.Id, MappedJson.Write(resource), resource, Origin.Import, ConformanceState.Unchecked);
        }).ToList();
        await using var batch = await WriteBatch.BeginAsync(bench.Database, new IndexExtractor(StudyResource.Zone), [.. writes.Select(write => write.Id)], CancellationToken.None);
        await batch.WriteAsync(writes, CancellationToken.None);
        await batch.CommitAsync(CancellationToken.None);
    }

    // What autovacuum does within a minute when a table has passed its own threshold; folds are minutes apart, and here a day lasts seconds.
    static async Task VacuumAsync(Bench bench)
    {
        var due = new List<string>();
        await using (var command = bench.Database.CreateCommand(
            """
            select s.relname::text from pg_stat_user_tables s join pg_class c on c.oid = s.relid
             where s.schemaname = 'public'
               and s.n_dead_tup > coalesce((select o.option_value from pg_options_to_table(c.reloptions) o where o.option_name = 'autovacuum_vacuum_threshold')::float, 50)
                   + coalesce((select o.option_value from pg_options_to_table(c.reloptions) o where o.option_name = 'autovacuum_vacuum_scale_factor')::float, 0.2) * c.reltuples
            """))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) due.Add(reader.GetString(0));
        }

        foreach (var table in due) await bench.ExecuteAsync($"vacuum (analyze) {table}");
    }

    static async Task SayAsync(Bench bench, int day, long added, long corrected)
    {
        await bench.FacadeAsync();
        using var client = new SearchClient(bench.FhirBase);
        var times = await Times.OfAsync(() => client.CountAsync(Criterion.ThreeTokens.Query), 200, bench.Longest);
        var sizes = await bench.ValueAsync<double[]>(
            """
            select array[pg_table_size('bits') / 1e6, pg_relation_size('bits_pkey') / 1e6, (select n_dead_tup from pg_stat_user_tables where relname = 'bits'), pg_table_size('pending') / 1e6,
                         (select count(*) filter (where gone_at is not null)::float / count(*) from search_row where type = 1)]::float[]
            """);
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {day} | {bench.Options.Studies + added:N0} | {corrected:N0} | {sizes[0]:0.0} | {sizes[1]:0.0} | {sizes[2]:0} | {sizes[3]:0.0} | {times.Median:0.00} | {times.P95:0.00} | {sizes[4]:0.0%} |"));
    }
}
