using System.Diagnostics;
using System.Globalization;

namespace Dicom2Fhir.Load.Run;

/// <summary>The data of the run, and what they weigh.</summary>
static class LoadStep
{
    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench)
    {
        var studies = bench.Made;
        var from = await CopyStep.IsBegunAsync(bench) ? studies : Math.Min(studies, await BulkLoad.LoadedAsync(bench.Database));
        var clock = Stopwatch.StartNew();
        var said = clock.Elapsed;
        await new BulkLoad(bench.Database, bench.Resources, bench.Source).WriteAsync(from, studies, written =>
        {
            if (clock.Elapsed - said < TimeSpan.FromSeconds(30)) return;
            said = clock.Elapsed;
            BenchRun.Say(string.Create(CultureInfo.InvariantCulture, $"load: {written:N0} of {studies:N0}, {(written - from) / clock.Elapsed.TotalSeconds:N0}/s"));
        });
        var rate = (studies - from) / clock.Elapsed.TotalSeconds;
        await CopyStep.MakeAsync(bench);
        BenchRun.Say("load: vacuum");
        await bench.ExecuteAsync("vacuum (analyze)");
        await bench.ExecuteAsync("checkpoint");
        var there = await bench.ValueAsync<long>("select count(*) from resource where type = 1 and not deleted");
        return
        [
            new Row("", "judge, write and fold through the Store's writer", "bench/Load, two writers of 1,000", studies, Rate: studies > from ? rate : null),
            new Row("", "studies in the database", "select count(*)", there, Goal: Bench.Correct, Met: there == bench.Options.Studies),
        ];
    }

    /// <summary>Bytes a study of every table and index.</summary>
    public static async Task<IReadOnlyList<Row>> SizeAsync(Bench bench)
    {
        var rows = new List<Row>();
        await using var command = bench.Database.CreateCommand(
            """
            select c.relname::text, case c.relkind when 'i' then pg_relation_size(c.oid) else pg_table_size(c.oid) end
              from pg_class c
             where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'i') and pg_relation_size(c.oid) > 65536
             order by 2 desc
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var all = 0L;
        while (await reader.ReadAsync())
        {
            var (name, bytes) = (reader.GetString(0), reader.GetInt64(1));
            all += bytes;
            rows.Add(Of(name, bytes, bench.Options.Studies));
        }

        rows.Insert(0, Of("whole database, vacuumed", all, bench.Options.Studies));
        return rows;
    }

    static Row Of(string name, long bytes, long studies) =>
        new("", name, "pg_table_size, pg_relation_size", bytes, Note: string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)studies:0.0} bytes a study, {bytes / 1e6:N0} MB"));
}
