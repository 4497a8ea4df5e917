using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>What the ledger knows of an input.</summary>
public sealed record KnownInput(byte[] NameHash, long Size, DateTime? Modified, string Outcome, string? Reason, string? StudyUid);

/// <summary>A line of status --inputs. Source is the name, or its hash in hex where names are not kept.</summary>
/// <param name="Time">When it was offered last.</param>
/// <param name="Vanished">When a run found that its file is no longer there; null while it is.</param>
public sealed record InputLine(string Source, string Outcome, string? Reason, string? Text, string? Study, long Run, DateTime Time, DateTime? Vanished);

/// <summary>Totals of one run.</summary>
public sealed record RunTotals(long Files, long Stored, long Updated, long Unchanged, long Skipped, long Quarantined, long Resources);

/// <summary>The newest finished or running run.</summary>
/// <param name="Difference">What is stored now, less what was stored before the run.</param>
public sealed record LastRun(long Run, string Verb, DateTime Started, DateTime? Finished, RunTotals Totals, StoreTotals Difference);

/// <summary>How much is stored.</summary>
public sealed record StoreTotals(long Resources, long Studies, long Series, long Instances, long Inputs)
{
    public static StoreTotals operator -(StoreTotals left, StoreTotals right) => new(
        left.Resources - right.Resources, left.Studies - right.Studies, left.Series - right.Series, left.Instances - right.Instances, left.Inputs - right.Inputs);
}

/// <summary>Totals of the store (status).</summary>
/// <param name="Compression">Of the documents: lz4 or pglz.</param>
public sealed record StoreStatus(
    int Schema,
    IReadOnlyDictionary<string, long> Resources,
    long Studies,
    long Series,
    long Instances,
    IReadOnlyDictionary<string, long> Inputs,
    IReadOnlyDictionary<string, long> Reasons,
    long Vanished,
    long Valid,
    long Invalid,
    long Unchecked,
    long Terms,
    IReadOnlyDictionary<string, long> Upto,
    long Pending,
    string Compression,
    LastRun? Last);

/// <summary>The account of every input ever offered (schema intake).</summary>
public sealed class Ledger(NpgsqlDataSource database)
{
    /// <summary>Shared by batches, exclusive for the purge: it takes tables in another order than they do.</summary>
    internal const long PurgeLock = 4203;

    public ContainerLedger Containers { get; } = new(database);

    public async Task<long> StartRunAsync(string verb, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "insert into intake.run (verb, started) values (@verb, clock_timestamp()) returning run", new { verb }, cancellationToken: cancellationToken));
    }

    /// <summary>The outcomes and reasons of the inputs offered in a run, as they stand now.</summary>
    public async Task<(IReadOnlyDictionary<string, long> Outcomes, IReadOnlyDictionary<string, long> Reasons)> RunAsync(long run, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<(string Outcome, string? Reason, long Count)>(new CommandDefinition(
            "select outcome, reason, count(*) from intake.input where run = @run group by 1, 2", new { run }, cancellationToken: cancellationToken))).ToList();
        return (
            rows.GroupBy(row => row.Outcome, row => row.Count).ToDictionary(group => group.Key, group => group.Sum()),
            rows.Where(row => row.Reason is not null).GroupBy(row => row.Reason!, row => row.Count)
                .OrderBy(group => group.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Sum()));
    }

    public async Task FinishRunAsync(long run, RunTotals totals, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update intake.run set finished = clock_timestamp(), files = @Files, stored = @Stored, updated = @Updated, unchanged = @Unchanged,
                   skipped = @Skipped, quarantined = @Quarantined, resources = @Resources,
                   total_resources = (select count(*) from resource where not deleted and version > 0),
                   (total_studies, total_series, total_instances) =
                       (select count(distinct study_uid), count(*), coalesce(sum(instances), 0) from intake.series),
                   total_inputs = (select count(*) from intake.input)
             where run = @run
            """,
            new { run, totals.Files, totals.Stored, totals.Updated, totals.Unchanged, totals.Skipped, totals.Quarantined, totals.Resources },
            commandTimeout: 0, cancellationToken: cancellationToken));
    }

    /// <summary>The known ones of these inputs, by name hash in upper-case hex.</summary>
    public async Task<IReadOnlyDictionary<string, KnownInput>> FindAsync(IReadOnlyCollection<byte[]> nameHashes, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<KnownInput>(new CommandDefinition(
            """
            select name_hash as NameHash, size as Size, modified as Modified, outcome as Outcome, reason as Reason, study_uid as StudyUid
              from intake.input where name_hash = any(@Hashes)
            """,
            new { Hashes = nameHashes.ToArray() }, cancellationToken: cancellationToken));
        return rows.ToDictionary(row => Convert.ToHexString(row.NameHash));
    }

    /// <summary>Records inputs outside of a batch: skipped and quarantined ones, and unchanged ones that need no write (distinct names).</summary>
    public async Task RecordAsync(long run, IReadOnlyCollection<InputRecord> inputs, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await InputRows.SaveAsync(connection, null, run, inputs, cancellationToken);
    }

    /// <summary>Every input, or those with one outcome, in name order.</summary>
    public async IAsyncEnumerable<InputLine> InputsAsync(string? outcome, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            select coalesce(name, encode(name_hash, 'hex')), outcome, reason, text, study_uid, run, recorded, vanished
              from intake.input where $1 is null or outcome = $1
             order by name collate "C" nulls last, name_hash
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = outcome, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new InputLine(reader.GetString(0), reader.GetString(1), Text(reader, 2), Text(reader, 3), Text(reader, 4), reader.GetInt64(5),
                reader.GetDateTime(6), await reader.IsDBNullAsync(7, cancellationToken) ? null : reader.GetDateTime(7));
        }
    }

    public async Task<StoreStatus> StatusAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var counts = (await QueryAsync<(short Type, short State, long Count)>(connection,
            "select type, conformance, count(*) from resource where not deleted and version > 0 group by 1, 2", cancellationToken)).ToList();
        var (series, instances, studies) = (await QueryAsync<(long, long, long)>(connection,
            "select count(*), coalesce(sum(instances), 0)::bigint, count(distinct study_uid) from intake.series", cancellationToken)).Single();
        var inputs = (await QueryAsync<(string, long Count)>(connection, "select outcome, count(*) from intake.input group by 1", cancellationToken)).ToList();
        var vanished = (await QueryAsync<long>(connection, "select count(*) from intake.input where vanished is not null", cancellationToken)).Single();
        var reasons = await QueryAsync<(string, long)>(connection, "select reason, count(*) from intake.input where reason is not null group by 1", cancellationToken);
        var upto = await QueryAsync<(short Type, long Upto)>(connection, "select type, upto from fold_state where upto > 0", cancellationToken);
        var (terms, pending, compression) = (await QueryAsync<(long, long, string)>(connection,
            """
            select (select count(*) from term), (select count(*) from pending),
                   (select case attcompression when 'l' then 'lz4' else 'pglz' end from pg_attribute where attrelid = 'resource'::regclass and attname = 'document')
            """,
            cancellationToken)).Single();

        return new StoreStatus(
            await Migrator.VersionAsync(database, cancellationToken),
            counts.GroupBy(row => ServedType.Find(row.Type).Name, row => row.Count).OrderBy(group => group.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Sum()),
            studies, series, instances,
            Sorted(inputs), Sorted(reasons), vanished,
            counts.Where(row => row.State == 1).Sum(row => row.Count),
            counts.Where(row => row.State == 2).Sum(row => row.Count),
            counts.Where(row => row.State == 0).Sum(row => row.Count),
            terms,
            upto.ToDictionary(row => ServedType.Find(row.Type).Name, row => row.Upto),
            pending, compression,
            await LastAsync(connection, new StoreTotals(counts.Sum(row => row.Count), studies, series, instances, inputs.Sum(row => row.Count)), cancellationToken));
    }

    /// <summary>
    /// Removes every resource, input record and quarantine entry; keeps schema, page key, terms, answers of the rules and loaded packages. Search numbers go on, so page links from before
    /// answer 410.
    /// </summary>
    public async Task PurgeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            begin;
            select pg_advisory_xact_lock(4203);
            select pg_advisory_xact_lock(4201);
            truncate intake.container;
            truncate resource, search_row, bits, ref_row, ident_row, date_row, num_row, str_row, pending, page_query,
                     intake.series, intake.run, intake.input, intake.finding, intake.companion, intake.pseudonym;
            update fold_state set upto = upto + 1, floor = upto + 1, bits_version = bits_version + 1;
            delete from setting where name in ('time-zone', 'remap') or starts_with(name, 'identity:');
            commit;
            """,
            cancellationToken: cancellationToken));
    }

    static async Task<LastRun?> LastAsync(NpgsqlConnection connection, StoreTotals now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select l.run, l.verb, l.started, l.finished, l.files, l.stored, l.updated, l.unchanged, l.skipped, l.quarantined, l.resources,
                   coalesce(b.total_resources, 0), coalesce(b.total_studies, 0), coalesce(b.total_series, 0), coalesce(b.total_instances, 0), coalesce(b.total_inputs, 0)
              from (select * from intake.run order by run desc limit 1) l
              left join lateral (select * from intake.run where run < l.run and total_inputs is not null order by run desc limit 1) b on true
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        return new LastRun(
            reader.GetInt64(0), reader.GetString(1), reader.GetDateTime(2), await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetDateTime(3),
            new RunTotals(reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9), reader.GetInt64(10)),
            now - new StoreTotals(reader.GetInt64(11), reader.GetInt64(12), reader.GetInt64(13), reader.GetInt64(14), reader.GetInt64(15)));
    }

    static async Task<IEnumerable<T>> QueryAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken) =>
        await connection.QueryAsync<T>(new CommandDefinition(sql, cancellationToken: cancellationToken));

    static Dictionary<string, long> Sorted(IEnumerable<(string Word, long Count)> rows) =>
        rows.OrderBy(row => row.Word, StringComparer.Ordinal).ToDictionary(row => row.Word, row => row.Count);

    static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
