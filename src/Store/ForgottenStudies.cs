using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>What was removed with a study.</summary>
public sealed record Forgotten(int Resources, int Series, int Inputs);

/// <summary>What the inputs of a forgotten study become in the ledger.</summary>
public sealed record ForgottenInput(string Outcome, string Reason, string Text);

/// <summary>
/// Forgetting of studies: everything goes but the tombstones (so that reads answer 410) and the inputs' own lines, which name no study any more. The
/// study's hash stays, so that the next index run over the same files does not bring it back.
/// </summary>
sealed class ForgottenStudies(NpgsqlConnection connection, NpgsqlTransaction transaction, ResourceWriter writer)
{
    public static async Task<IReadOnlySet<string>> FindAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<string> studyUids, CancellationToken cancellationToken)
    {
        var hashes = studyUids.ToDictionary(uid => Convert.ToHexString(HashOf(uid)));
        var found = await connection.QueryAsync<byte[]>(new CommandDefinition(
            "select study_hash from intake.forgotten where study_hash = any(@Hashes)",
            new { Hashes = studyUids.Select(HashOf).ToArray() }, transaction, cancellationToken: cancellationToken));
        return found.Select(hash => hashes[Convert.ToHexString(hash)]).ToHashSet(StringComparer.Ordinal);
    }

    public async Task<Forgotten> ForgetAsync(WriteBatch batch, string studyUid, ForgottenInput becomes, CancellationToken cancellationToken)
    {
        string[] keys = ["urn:oid:" + studyUid, studyUid];
        var studies = (await connection.QueryAsync<(long ResourceId, string Id, short Origin)>(Command(
            "select resource_id, id, origin from resource where type = 1 and study_key = any(@keys) order by id for update", new { keys }, cancellationToken))).ToList();
        var companions = (await connection.QueryAsync<long>(Command(
            "select r.resource_id from intake.companion c join resource r on r.type = c.type and r.id = c.id where c.study_uid = @studyUid",
            new { studyUid }, cancellationToken))).ToList();
        var deleted = 0;
        foreach (var origin in studies.GroupBy(study => study.Origin, study => study.Id))
            deleted += await writer.DeleteAsync(ServedType.ImagingStudy, [.. origin], (Origin)origin.Key, cancellationToken);
        deleted += await batch.SetCompanionsAsync([studyUid], [], cancellationToken);
        await batch.SaveFindingsAsync([studyUid], [], cancellationToken);
        await connection.ExecuteAsync(Command("update resource set study_key = null where resource_id = any(@Ids)", new { Ids = studies.Select(study => study.ResourceId).ToArray() }, cancellationToken));
        var series = await connection.ExecuteAsync(Command("delete from intake.series where study_uid = @studyUid", new { studyUid }, cancellationToken));
        var inputs = await connection.ExecuteAsync(Command(
            """
            update intake.input set outcome = @Outcome, reason = @Reason, text = @Text, study_uid = null, series_uid = null, sop_uid = null, hash = null, replaced_hash = null
             where study_uid = @studyUid
            """,
            new { studyUid, becomes.Outcome, becomes.Reason, becomes.Text }, cancellationToken));
        await connection.ExecuteAsync(Command(
            """
            insert into intake.forgotten as f (study_hash, erase) values (@Hash, @Ids)
            on conflict (study_hash) do update set erase = f.erase || excluded.erase
            """,
            new { Hash = HashOf(studyUid), Ids = studies.Select(study => study.ResourceId).Concat(companions).ToArray() }, cancellationToken));
        return new Forgotten(deleted, series, inputs);
    }

    internal static byte[] HashOf(string studyUid) => SHA256.HashData(Encoding.UTF8.GetBytes("forgotten|" + studyUid));

    CommandDefinition Command(string sql, object values, CancellationToken cancellationToken) => new(sql, values, transaction, cancellationToken: cancellationToken);
}
