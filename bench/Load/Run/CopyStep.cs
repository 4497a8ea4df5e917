using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Dicom2Fhir.Load.Data;

namespace Dicom2Fhir.Load.Run;

/// <summary>
/// Copies of the loaded studies, table by table, as the writer and the fold would have left them: for sizes that would take hours to write. A copy has an id and a patient
/// of its own; its other identifiers and all values are those of the study. Numbers go on at the next block, so a copy's bitmaps are the study's. What is done stands in a
/// schema of its own until all is, so that an interrupted run goes on.
/// </summary>
sealed class CopyStep
{
    // One an idle core.
    const int Writers = 2;

    static readonly string[] Rows = ["ident_row", "date_row", "num_row", "str_row"];

    readonly Bench bench;
    readonly long numbers;
    readonly long keys;

    CopyStep(Bench bench, long numbers, long keys) => (this.bench, this.numbers, this.keys) = (bench, numbers, keys);

    /// <summary>True when copies are being made: indexes are missing, nothing else may be written.</summary>
    public static Task<bool> IsBegunAsync(Bench bench) => bench.ValueAsync<bool>("select to_regnamespace('copying') is not null");

    /// <exception cref="InvalidOperationException">The database holds other studies than those that are to be copied.</exception>
    public static async Task MakeAsync(Bench bench)
    {
        if (bench.Options.Times == 1) return;
        if (!await IsBegunAsync(bench))
        {
            var there = await bench.ValueAsync<long>("select count(*) from resource where type = 1 and not deleted");
            if (there == bench.Options.Studies) return;
            if (there != bench.Made) throw new InvalidOperationException($"There are {there} studies, not {bench.Made}: remove {bench.DataFolder}.");
            await BeginAsync(bench);
        }

        await new CopyStep(bench, await bench.ValueAsync<long>("select numbers from copying.size"), await bench.ValueAsync<long>("select keys from copying.size")).MakeAsync();
    }

    // Rows come in the order of no index but those of the keys: all others are dropped, and made when the rows are complete.
    static async Task BeginAsync(Bench bench) => await bench.ExecuteAsync(
        """
        begin;
        create schema copying;
        create table copying.done (copy integer primary key);
        create table copying.size as select ((select upto from fold_state where type = 1) / 32000 + 1) * 32000 as numbers, (select max(resource_id) from resource) as keys;
        create table copying.index as
        select i.indexrelid::regclass::text as name,
               case when c.oid is null then 'drop index ' || i.indexrelid::regclass else format('alter table %s drop constraint %I', i.indrelid::regclass, c.conname) end as dropping,
               case when c.oid is null then pg_get_indexdef(i.indexrelid) else format('alter table %s add constraint %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) end as making
          from pg_index i left join pg_constraint c on c.conindid = i.indexrelid
         where i.indrelid = any (array['resource', 'search_row', 'ref_row', 'ident_row', 'date_row', 'num_row', 'str_row']::regclass[]) and not i.indisprimary;
        do $$
        declare
            sql text;
        begin
            for sql in select dropping from copying.index loop
                execute sql;
            end loop;
        end $$;
        commit;
        """);

    async Task MakeAsync()
    {
        var clock = Stopwatch.StartNew();
        var done = await bench.ValueAsync<int[]>("select array(select copy from copying.done)");
        var left = new ConcurrentQueue<int>(Enumerable.Range(1, bench.Options.Times - 1).Except(done));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            while (left.TryDequeue(out var copy))
            {
                await bench.ExecuteAsync(Sql(copy));
                BenchRun.Say(string.Create(CultureInfo.InvariantCulture, $"load: copy {copy} of {bench.Options.Times - 1}, {clock.Elapsed.TotalSeconds:N0} s"));
            }
        }));
        foreach (var index in await bench.ValueAsync<string[]>("select array(select making from copying.index where to_regclass(name) is null)"))
        {
            await bench.ExecuteAsync("set maintenance_work_mem = '1GB';" + index);
            BenchRun.Say(string.Create(CultureInfo.InvariantCulture, $"load: {index}, {clock.Elapsed.TotalSeconds:N0} s"));
        }

        await bench.ExecuteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            begin;
            update fold_state set upto = upto + {numbers * (bench.Options.Times - 1)} where type = 1;
            select setval(pg_get_serial_sequence('resource', 'resource_id'), {keys * bench.Options.Times});
            drop schema copying cascade;
            commit;
            """));
    }

    string Sql(int copy)
    {
        var (number, key) = (numbers * copy, keys * copy);
        var patient = "'Patient/' || " + Copy.Id("s.patient", copy);
        var rows = string.Concat(Rows.Select(table => string.Create(CultureInfo.InvariantCulture, $"insert into {table} select {Columns(table)}, no + {number} from {table} where no < {numbers}; ")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            begin;
            insert into copying.done values ({copy});
            insert into resource (resource_id, type, id, version, last_updated, origin, deleted, content_hash, study_key, conformance, profile, engine, judgement, form, outline, document)
                   overriding system value
            select r.resource_id + {key}, r.type, {Copy.Id("r.id", copy)}, r.version, r.last_updated, r.origin, false, r.content_hash, r.study_key, r.conformance, r.profile, r.engine, r.judgement, r.form,
                   replace(r.outline, 'Patient/' || s.patient, {patient}), replace(replace(r.document, r.id, {Copy.Id("r.id", copy)}), 'Patient/' || s.patient, {patient})
              from resource r join search_row s on s.resource_id = r.resource_id and s.gone_at is null
             where r.resource_id <= {keys}
             order by r.resource_id;
            insert into search_row (type, no, resource_id, patient, started)
            select type, no + {number}, resource_id + {key}, {Copy.Id("patient", copy)}, started from search_row where no < {numbers} and gone_at is null order by no;
            insert into ref_row (param, target, no)
            select param, case when target like 'Patient/%' then 'Patient/' || {Copy.Id("substr(target, 9)", copy)} else target end, no + {number} from ref_row where no < {numbers};
            {rows}
            insert into bits (term, block, b)
            select b.term, b.block + {number / 32_000}, b.b from bits b where b.block < {numbers / 32_000} order by b.term, b.block;
            commit;
            """);
    }

    static string Columns(string table) => table switch { "ident_row" => "param, hash", "str_row" => "param, folded, hash", _ => "param, low, high" };
}
