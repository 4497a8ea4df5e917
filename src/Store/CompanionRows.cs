using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>Which companions each study has (intake.companion), inside a batch's transaction.</summary>
sealed class CompanionRows(NpgsqlConnection connection, NpgsqlTransaction transaction, ResourceWriter writer)
{
    public async Task<int> SetAsync(IReadOnlyCollection<string> studyUids, IReadOnlyCollection<Companion> companions, CancellationToken cancellationToken)
    {
        var dropped = (await connection.QueryAsync<(short Type, string Id)>(Command(
            """
            delete from intake.companion c
             where study_uid = any(@Studies)
               and not exists (select from unnest(@Uids, @Types, @Ids) n(study_uid, type, id) where (n.study_uid, n.type, n.id) = (c.study_uid, c.type, c.id))
            returning type, id
            """,
            studyUids, companions, cancellationToken))).Distinct().ToList();
        await connection.ExecuteAsync(Command(
            "insert into intake.companion (study_uid, type, id) select * from unnest(@Uids, @Types, @Ids) on conflict do nothing",
            studyUids, companions, cancellationToken));
        return dropped.Count == 0 ? 0 : await DeleteUnusedAsync(dropped, cancellationToken);
    }

    // Another batch may be about to refer to the same Device. It holds the row's lock from before its companion row until its commit: so the rows are
    // locked by one statement, and only the next one, with a newer snapshot, looks who refers to them.
    async Task<int> DeleteUnusedAsync(List<(short Type, string Id)> dropped, CancellationToken cancellationToken)
    {
        var keys = new { Types = dropped.Select(row => row.Type).ToArray(), Ids = dropped.Select(row => row.Id).ToArray() };
        await connection.ExecuteAsync(new CommandDefinition(
            """
            select from resource r where exists (select from unnest(@Types, @Ids) k(type, id) where (k.type, k.id) = (r.type, r.id))
             order by r.type, r.id for update
            """,
            keys, transaction, cancellationToken: cancellationToken));
        var unused = await connection.QueryAsync<(short Type, string Id)>(new CommandDefinition(
            """
            select k.type, k.id from unnest(@Types, @Ids) k(type, id)
             where not exists (select from intake.companion c where (c.type, c.id) = (k.type, k.id))
            """,
            keys, transaction, cancellationToken: cancellationToken));
        var deleted = 0;
        foreach (var type in unused.GroupBy(row => row.Type, row => row.Id).OrderBy(group => group.Key))
            deleted += await writer.DeleteAsync(ServedType.Find(type.Key), [.. type], Origin.Index, cancellationToken);
        return deleted;
    }

    CommandDefinition Command(string sql, IReadOnlyCollection<string> studyUids, IReadOnlyCollection<Companion> companions, CancellationToken cancellationToken) => new(
        sql,
        new
        {
            Studies = studyUids.ToArray(),
            Uids = companions.Select(row => row.StudyUid).ToArray(),
            Types = companions.Select(row => row.Type.Number).ToArray(),
            Ids = companions.Select(row => row.Id).ToArray(),
        },
        transaction, cancellationToken: cancellationToken);
}
