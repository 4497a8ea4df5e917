using System.Text;
using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>
/// Walks all kept studies in the order of their UIDs, and remembers how far it came, so that a re-mapping that was cut off goes on there. Holds a lock
/// while it lives: two re-mappings at once would do the same work.
/// </summary>
public sealed class RemapProgress : IAsyncDisposable
{
    const long LockKey = 4205;
    const string Setting = "remap";

    // One transaction each: 200 studies or, of large ones, as many as 20,000 instances, which is what an index batch holds.
    const int MostStudies = 200;
    const long MostInstances = 20_000;

    readonly NpgsqlDataSource database;
    readonly NpgsqlConnection holder;
    readonly string goal;
    string last;

    RemapProgress(NpgsqlDataSource database, NpgsqlConnection holder, string goal, string last)
    {
        this.database = database;
        this.holder = holder;
        this.goal = goal;
        this.last = last;
        IsResumed = last.Length > 0;
    }

    public bool IsResumed { get; }

    /// <param name="goal">Names the mapping, without blanks: another goal starts anew.</param>
    /// <exception cref="StoreException">Another process re-maps.</exception>
    public static async Task<RemapProgress> BeginAsync(NpgsqlDataSource database, string goal, CancellationToken cancellationToken)
    {
        var holder = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            if (!await holder.ExecuteScalarAsync<bool>(new CommandDefinition("select pg_try_advisory_lock(@LockKey)", new { LockKey }, cancellationToken: cancellationToken)))
                throw new StoreException("Another remap is at work on this database: wait for it, or end it.");
            var kept = await holder.ExecuteScalarAsync<byte[]?>(new CommandDefinition(
                "select value from setting where name = @Setting", new { Setting }, cancellationToken: cancellationToken));
            var last = kept is not null && Encoding.UTF8.GetString(kept).Split(' ') is [var of, var reached] && of == goal ? reached : "";
            return new RemapProgress(database, holder, goal, last);
        }
        catch
        {
            await holder.DisposeAsync();
            throw;
        }
    }

    /// <summary>The UIDs of the next studies; none at the end.</summary>
    public async Task<IReadOnlyList<string>> NextAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<(string StudyUid, long Instances)>(new CommandDefinition(
            "select study_uid, sum(instances)::bigint from intake.series where study_uid > @last group by study_uid order by study_uid limit @MostStudies",
            new { last, MostStudies }, cancellationToken: cancellationToken))).ToList();
        var (taken, instances) = (0, 0L);
        while (taken < rows.Count && (taken == 0 || instances + rows[taken].Instances <= MostInstances)) instances += rows[taken++].Instances;
        return [.. rows.Take(taken).Select(row => row.StudyUid)];
    }

    /// <summary>Kept studies that are still to do.</summary>
    public async Task<long> LeftAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(distinct study_uid) from intake.series where study_uid > @last", new { last }, commandTimeout: 0, cancellationToken: cancellationToken));
    }

    /// <summary>Remembers that all studies up to this one are done.</summary>
    public async Task DoneAsync(string studyUid, CancellationToken cancellationToken)
    {
        last = studyUid;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into setting (name, value) values (@Setting, @value) on conflict (name) do update set value = excluded.value",
            new { Setting, value = Encoding.UTF8.GetBytes($"{goal} {last}") }, cancellationToken: cancellationToken));
    }

    /// <summary>All is done: the next re-mapping starts anew.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("delete from setting where name = @Setting", new { Setting }, cancellationToken: cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // a pooled connection would hold it until its next use
            await holder.ExecuteAsync("select pg_advisory_unlock(@LockKey)", new { LockKey });
        }
        catch (NpgsqlException)
        {
            // a connection that broke has lost its lock
        }

        await holder.DisposeAsync();
    }
}
