using System.Security.Cryptography;
using System.Text;
using Dapper;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>A kept series (schema intake).</summary>
/// <param name="Attributes">As the mapping encoded it.</param>
public sealed record KeptSeries(string StudyUid, string SeriesUid, int Instances, byte[] Attributes)
{
    /// <summary>Null while the study is withheld.</summary>
    public SeriesFigures? Figures { get; init; }
}

/// <summary>A finding of the mapping, kept with its study.</summary>
public sealed record KeptFinding(string StudyUid, string Code, short Severity, string Place, string Text);

/// <summary>A resource besides the ImagingStudy that the mapping of a study made.</summary>
public sealed record Companion(string StudyUid, ServedType Type, string Id);

/// <summary>
/// One transaction of an indexer or import: takes the locks of its studies in order, so that no two batches touch one study at a time, and writes
/// resources, index rows, kept series, findings and the account of the inputs together. Nothing of it is visible before <see cref="CommitAsync"/>.
/// </summary>
public sealed class WriteBatch : IAsyncDisposable
{
    readonly NpgsqlConnection connection;
    readonly NpgsqlTransaction transaction;
    readonly ResourceWriter writer;

    WriteBatch(NpgsqlDataSource database, NpgsqlConnection connection, NpgsqlTransaction transaction, IndexExtractor extractor)
    {
        this.connection = connection;
        this.transaction = transaction;
        writer = new ResourceWriter(database, connection, transaction, extractor);
    }

    public static async Task<WriteBatch> BeginAsync(
        NpgsqlDataSource database, IndexExtractor extractor, IReadOnlyCollection<string> studyUids, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        NpgsqlTransaction? transaction = null;
        try
        {
            transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(
                """
                select pg_advisory_xact_lock_shared(@purge);
                select pg_advisory_xact_lock(key) from (select unnest(@keys) as key) k
                """,
                new { purge = Ledger.PurgeLock, keys = studyUids.Select(LockKey).Distinct().Order().ToArray() }, transaction, cancellationToken: cancellationToken));
            return new WriteBatch(database, connection, transaction, extractor);
        }
        catch
        {
            if (transaction is not null) await transaction.DisposeAsync();
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The kept series of the studies.</summary>
    public async Task<IReadOnlyList<KeptSeries>> LoadSeriesAsync(IReadOnlyCollection<string> studyUids, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<KeptSeries>(new CommandDefinition(
            """
            select study_uid as StudyUid, series_uid as SeriesUid, instances as Instances, attributes as Attributes
              from intake.series where study_uid = any(@Studies) order by study_uid, series_uid
            """,
            new { Studies = studyUids.ToArray() }, transaction, cancellationToken: cancellationToken))];

    /// <summary>Inserts or replaces kept series.</summary>
    public Task SaveSeriesAsync(IReadOnlyCollection<KeptSeries> series, CancellationToken cancellationToken) =>
        SeriesRows.SaveAsync(connection, transaction, series, cancellationToken);

    /// <summary>Replaces the figures of kept series whose attributes stay as they are.</summary>
    public Task SaveFiguresAsync(
        IReadOnlyCollection<(string StudyUid, string SeriesUid, SeriesFigures? Figures)> series, CancellationToken cancellationToken) =>
        SeriesRows.SaveFiguresAsync(connection, transaction, series, cancellationToken);

    /// <summary>Replaces the findings of the studies.</summary>
    public async Task SaveFindingsAsync(
        IReadOnlyCollection<string> studyUids, IReadOnlyCollection<KeptFinding> findings, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from intake.finding where study_uid = any(@Studies)", new { Studies = studyUids.ToArray() }, transaction, cancellationToken: cancellationToken));
        if (findings.Count == 0) return;
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into intake.finding (study_uid, code, severity, place, text) select * from unnest(@Studies, @Codes, @Severities, @Places, @Texts)",
            new
            {
                Studies = findings.Select(row => row.StudyUid).ToArray(),
                Codes = findings.Select(row => row.Code).ToArray(),
                Severities = findings.Select(row => row.Severity).ToArray(),
                Places = findings.Select(row => StoredText.Clean(row.Place)).ToArray(),
                Texts = findings.Select(row => StoredText.Clean(row.Text)).ToArray(),
            },
            transaction, cancellationToken: cancellationToken));
    }

    /// <summary>Holds those of the resources that are still at the given version, and returns their numbers.</summary>
    public async Task<IReadOnlySet<long>> HoldAsync(IReadOnlyCollection<(long ResourceId, int Version)> resources, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<long>(new CommandDefinition(
            """
            select r.resource_id from unnest(@Ids, @Versions) v(id, version) join resource r on r.resource_id = v.id and r.version = v.version
             where not r.deleted order by r.type, r.id for update of r
            """,
            new { Ids = resources.Select(one => one.ResourceId).ToArray(), Versions = resources.Select(one => one.Version).ToArray() },
            transaction, cancellationToken: cancellationToken))).ToHashSet();

    /// <summary>Writes resources (distinct type and id) with their index rows; equal content writes nothing. Outcomes in the order of the input.</summary>
    public Task<IReadOnlyList<WriteOutcome>> WriteAsync(IReadOnlyList<ResourceWrite> resources, CancellationToken cancellationToken) =>
        WriteAsync([.. resources.Select(PreparedWrite.Of)], cancellationToken);

    /// <summary>The same with resources that were made ready before.</summary>
    public Task<IReadOnlyList<WriteOutcome>> WriteAsync(IReadOnlyList<PreparedWrite> resources, CancellationToken cancellationToken) =>
        writer.WriteAsync(resources, cancellationToken);

    /// <summary>Leaves a tombstone where the resource exists and has this origin. Returns how many were deleted.</summary>
    public Task<int> DeleteAsync(ServedType type, IReadOnlyCollection<string> ids, Origin origin, CancellationToken cancellationToken) =>
        writer.DeleteAsync(type, ids, origin, cancellationToken);

    /// <summary>
    /// Makes <paramref name="companions"/> (written before, in this batch) all that the studies have. What no study has any more gets a tombstone.
    /// Returns how many were deleted.
    /// </summary>
    public Task<int> SetCompanionsAsync(
        IReadOnlyCollection<string> studyUids, IReadOnlyCollection<Companion> companions, CancellationToken cancellationToken) =>
        new CompanionRows(connection, transaction, writer).SetAsync(studyUids, companions, cancellationToken);

    /// <summary>Inserts or replaces input records (distinct names).</summary>
    public Task RecordAsync(long run, IReadOnlyCollection<InputRecord> inputs, CancellationToken cancellationToken) =>
        InputRows.SaveAsync(connection, transaction, run, inputs, cancellationToken);

    /// <summary>
    /// Gives the inputs of a study that have one outcome and reason another: withheld studies, and their release. Returns how many.
    /// </summary>
    public Task<int> ReclassifyAsync(
        string studyUid, (string[] Outcomes, string? Reason) from, (string Outcome, string? Reason, string? Text) to,
        CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            update intake.input set outcome = @Outcome, reason = @Reason, text = @Text
             where study_uid = @studyUid and outcome = any(@Outcomes) and reason is not distinct from @FromReason and sop_uid is not null
            """,
            new { studyUid, from.Outcomes, FromReason = from.Reason, to.Outcome, to.Reason, to.Text }, transaction, cancellationToken: cancellationToken));

    /// <summary>Those of the studies that were forgotten: they are not to be written.</summary>
    public Task<IReadOnlySet<string>> ForgottenAsync(IReadOnlyCollection<string> studyUids, CancellationToken cancellationToken) =>
        ForgottenStudies.FindAsync(connection, transaction, studyUids, cancellationToken);

    /// <summary>Removes a study of either origin, its companions that no other study has, what was kept of it, and its links in the ledger.</summary>
    public Task<Forgotten> ForgetAsync(string studyUid, ForgottenInput becomes, CancellationToken cancellationToken) =>
        new ForgottenStudies(connection, transaction, writer).ForgetAsync(this, studyUid, becomes, cancellationToken);

    public Task CommitAsync(CancellationToken cancellationToken) => transaction.CommitAsync(cancellationToken);

    /// <summary>Rolls back what was not committed.</summary>
    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    static long LockKey(string studyUid) => BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(studyUid)));
}
