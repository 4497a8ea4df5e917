using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>An archive or DICOM JSON file that was read to its end: each of its members has an input record.</summary>
public sealed record KnownContainer(byte[] NameHash, long Size, DateTime? Modified);

/// <summary>Which containers need no second reading (intake.container).</summary>
public sealed class ContainerLedger(NpgsqlDataSource database)
{
    /// <summary>
    /// The known ones of these containers, by name hash in upper-case hex, apart from those with a member that was quarantined for another than the
    /// settled reasons.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, KnownContainer>> FindAsync(
        IReadOnlyCollection<byte[]> nameHashes, string[] settled, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<KnownContainer>(new CommandDefinition(
            """
            select c.name_hash as NameHash, c.size as Size, c.modified as Modified
              from intake.container c
             where c.name_hash = any(@Hashes)
               and not exists (select from intake.input i
                                where i.container = c.name_hash and i.run = c.run and i.outcome = 'quarantined' and i.reason <> all(@settled))
            """,
            new { Hashes = nameHashes.ToArray(), settled }, cancellationToken: cancellationToken));
        return rows.ToDictionary(row => Convert.ToHexString(row.NameHash));
    }

    /// <summary>Accounts for the members of unchanged containers: what is in the store is unchanged, the others are as they were.</summary>
    public async Task RepeatAsync(long run, IReadOnlyCollection<byte[]> nameHashes, CancellationToken cancellationToken)
    {
        if (nameHashes.Count == 0) return;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            with known as (
                select name_hash, run from intake.container where name_hash = any(@Hashes) order by name_hash for update
            ), members as (
                update intake.input i set run = @run, recorded = clock_timestamp(), vanished = null, outcome = case when i.outcome in ('stored', 'updated') then 'unchanged' else i.outcome end
                  from known where i.container = known.name_hash and i.run = known.run
            )
            update intake.container c set run = @run from known where c.name_hash = known.name_hash
            """,
            new { run, Hashes = nameHashes.ToArray() }, cancellationToken: cancellationToken));
    }

    /// <summary>Records containers of which all members are recorded. A fault of an earlier reading goes.</summary>
    public async Task SaveAsync(long run, IReadOnlyCollection<KnownContainer> containers, CancellationToken cancellationToken)
    {
        if (containers.Count == 0) return;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            with healed as (
                delete from intake.input where name_hash = any(@Hashes) and outcome in ('skipped', 'quarantined')
            )
            insert into intake.container (name_hash, size, modified, run)
            select v.*, @run from unnest(@Hashes, @Sizes, @Modified) v
            on conflict (name_hash) do update set size = excluded.size, modified = excluded.modified, run = excluded.run
            """,
            new
            {
                run,
                Hashes = containers.Select(row => row.NameHash).ToArray(),
                Sizes = containers.Select(row => row.Size).ToArray(),
                Modified = containers.Select(row => row.Modified).ToArray(),
            },
            cancellationToken: cancellationToken));
    }
}
