using Dapper;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>Forgets studies, and lets them in again.</summary>
public sealed class Forgetter(NpgsqlDataSource database, IndexExtractor extractor)
{
    /// <summary>Returns when nothing finds the study any more and the index says nothing of it. Safe to repeat.</summary>
    public async Task<Forgotten> ForgetAsync(string studyUid, ForgottenInput becomes, CancellationToken cancellationToken)
    {
        Forgotten forgotten;
        await using (var batch = await WriteBatch.BeginAsync(database, extractor, [studyUid], cancellationToken))
        {
            forgotten = await batch.ForgetAsync(studyUid, becomes, cancellationToken);
            await batch.CommitAsync(cancellationToken);
        }

        await new Folder(database).FoldAllAsync(cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            with waiting as materialized (
                select study_hash, erase from intake.forgotten where erase <> '{}' for update
            ), done as (
                update intake.forgotten f set erase = '{}' from waiting w where f.study_hash = w.study_hash
            )
            select erase(coalesce((select array_agg(id) from waiting, unnest(waiting.erase) id), '{}'))
            """,
            commandTimeout: 0, cancellationToken: cancellationToken));
        return forgotten;
    }

    /// <summary>Deliveries of the study are taken again. False when it was not forgotten.</summary>
    public async Task<bool> AllowAsync(string studyUid, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            "delete from intake.forgotten where study_hash = @Hash", new { Hash = ForgottenStudies.HashOf(studyUid) }, cancellationToken: cancellationToken)) > 0;
    }
}
