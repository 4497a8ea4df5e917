using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>A stored resource whose state is missing, or of other rules.</summary>
public sealed record StaleResource(long ResourceId, short TypeNumber, string Id, int Version, short Origin, string Document)
{
    public ServedType Type => ServedType.Find(TypeNumber);
}

/// <summary>
/// One transaction of judging stored resources anew: takes some that are unchecked or were judged by other rules and that no writer holds, and stores
/// their new state. Where it is cut off the next one goes on, since what was judged is no longer stale.
/// </summary>
public sealed class Revalidation : IAsyncDisposable
{
    // The answers in use are few: one probe of the index each.
    const string Stale =
        """
        with recursive used(id) as (
            (select judgement from resource where judgement is not null and not deleted and version > 0 order by judgement limit 1)
            union all
            select (select judgement from resource where judgement > used.id and not deleted and version > 0 order by judgement limit 1)
              from used where used.id is not null
        ), stale as materialized (
            select id from used where id is not null and not exists (select from judgement j where j.id = used.id and j.engine = @engine)
        )
        """;

    readonly NpgsqlDataSource database;
    readonly NpgsqlConnection connection;
    readonly NpgsqlTransaction transaction;

    Revalidation(NpgsqlDataSource database, NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<StaleResource> resources)
    {
        this.database = database;
        this.connection = connection;
        this.transaction = transaction;
        Resources = resources;
    }

    /// <summary>Empty when nothing is left that could be taken.</summary>
    public IReadOnlyList<StaleResource> Resources { get; }

    /// <param name="engine">The stamp of the rules that count now.</param>
    public static async Task<Revalidation> TakeAsync(NpgsqlDataSource database, string engine, int atMost, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        NpgsqlTransaction? transaction = null;
        try
        {
            transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(
                "select pg_advisory_xact_lock_shared(@purge)", new { purge = Ledger.PurgeLock }, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            var rows = await connection.QueryAsync<StaleResource>(new CommandDefinition(
                Stale + """
                , picked as (
                    (select resource_id from resource where judgement is null and not deleted and version > 0 limit @atMost)
                    union all
                    (select r.resource_id from stale s, lateral (
                        select resource_id from resource where judgement = s.id and not deleted and version > 0 limit @atMost) r limit @atMost)
                )
                select resource_id as ResourceId, type as TypeNumber, id as Id, version as Version, origin as Origin, document as Document
                  from resource where resource_id in (select resource_id from picked) and not deleted and version > 0
                 order by type, id limit @atMost for update skip locked
                """,
                new { engine, atMost }, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
            return new Revalidation(database, connection, transaction, [.. rows]);
        }
        catch
        {
            if (transaction is not null) await transaction.DisposeAsync();
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stores the states of <see cref="Resources"/>, in their order, and commits.</summary>
    public async Task SaveAsync(IReadOnlyList<ConformanceState> states, CancellationToken cancellationToken)
    {
        var numbers = await Judgements.NumbersAsync(database, states, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update resource r set conformance = v.state, profile = v.profile, engine = v.engine, judgement = v.judgement
              from unnest(@Ids, @States, @Profiles, @Engines, @Numbers) v(id, state, profile, engine, judgement)
             where r.resource_id = v.id
            """,
            new
            {
                Ids = Resources.Select(resource => resource.ResourceId).ToArray(),
                States = states.Select(state => state.State).ToArray(),
                Profiles = states.Select(state => state.Profile).ToArray(),
                Engines = states.Select(state => state.Engine).ToArray(),
                Numbers = numbers,
            },
            transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>How many resources are unchecked or were judged by other rules.</summary>
    public static async Task<long> CountAsync(NpgsqlDataSource database, string engine, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            Stale + """
            select (select count(*) from resource where judgement is null and not deleted and version > 0)
                 + (select count(*) from resource r join stale s on s.id = r.judgement where not r.deleted and r.version > 0)
            """,
            new { engine }, commandTimeout: 0, cancellationToken: cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
