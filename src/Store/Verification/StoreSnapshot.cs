using System.Runtime.CompilerServices;
using Dapper;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.Store.Verification;

/// <summary>A stored resource with everything its row says.</summary>
public sealed record ResourceRow(
    long ResourceId, short TypeNumber, string Id, int Version, DateTime LastUpdated, short Origin, bool Deleted, byte[] ContentHash, string? StudyKey,
    short Conformance, string? Profile, string? Engine, long? FormNumber, string? Form, string? Outline, string? Document)
{
    public ServedType Type => ServedType.Find(TypeNumber);

    public string Name => $"{Type.Name}/{Id}";
}

/// <summary>What is known of a resource besides its document.</summary>
public sealed record StoredState(short TypeNumber, string Id, short Origin, bool Deleted, byte[] ContentHash);

/// <summary>An instance that an accepted input brought.</summary>
public sealed record AcceptedInstance(string StudyUid, string SeriesUid, string SopUid);

/// <summary>One consistent view of the database (repeatable read) for a verification; index runs and searches go on beside it.</summary>
public sealed class StoreSnapshot : IAsyncDisposable
{
    readonly NpgsqlConnection connection;
    readonly NpgsqlTransaction transaction;

    StoreSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        this.connection = connection;
        this.transaction = transaction;
    }

    public static async Task<StoreSnapshot> OpenAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            return new StoreSnapshot(connection, await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Watermarks, rows without a partner, tombstones, what waits for the fold.</summary>
    public async IAsyncEnumerable<Violation> CheckStateAsync(IndexExtractor extractor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var violation in StateChecks.RunAsync(connection, transaction, cancellationToken)) yield return violation;
        await foreach (var violation in new PendingCheck(connection, transaction, extractor).RunAsync(cancellationToken)) yield return violation;
    }

    /// <summary>Index rows and bits of one block of a type.</summary>
    public async Task<(IReadOnlyList<Violation> Violations, long Checked)> CheckBlockAsync(
        IndexExtractor extractor, ServedType type, int block, CancellationToken cancellationToken)
    {
        var check = new BlockCheck(connection, transaction, extractor, type, block);
        var violations = new List<Violation>();
        await foreach (var violation in check.RunAsync(cancellationToken)) violations.Add(violation);
        return (violations, check.Checked);
    }

    /// <summary>The newest block of each type that has one.</summary>
    public async Task<IReadOnlyDictionary<ServedType, int>> LastBlocksAsync(CancellationToken cancellationToken) =>
        (await QueryAsync<(short Type, long Upto)>("select type, upto from fold_state", new { }, cancellationToken))
            .Where(row => ServedType.All.Any(type => type.Number == row.Type))
            .ToDictionary(row => ServedType.Find(row.Type), row => (int)(row.Upto / BlockCheck.Size));

    /// <summary>UIDs of the kept studies behind one, in order.</summary>
    public async Task<IReadOnlyList<string>> StudiesAfterAsync(string last, int atMost, CancellationToken cancellationToken) =>
        [.. await QueryAsync<string>(
            "select study_uid from intake.series where study_uid > @last group by study_uid order by study_uid limit @atMost", new { last, atMost }, cancellationToken)];

    public async Task<IReadOnlyList<KeptSeries>> SeriesAsync(IReadOnlyCollection<string> studyUids, CancellationToken cancellationToken)
    {
        var rows = await QueryAsync<(string StudyUid, string SeriesUid, int Instances, byte[] Attributes)>(
            "select study_uid, series_uid, instances, attributes from intake.series where study_uid = any(@Studies) order by study_uid, series_uid",
            new { Studies = studyUids.ToArray() }, cancellationToken);
        return [.. rows.Select(row => new KeptSeries(row.StudyUid, row.SeriesUid, row.Instances, row.Attributes))];
    }

    /// <summary>Series whose figures are not these; null: there must be none.</summary>
    public async Task<IReadOnlyList<string>> OtherFiguresAsync(
        IReadOnlyCollection<(string StudyUid, string SeriesUid, SeriesFigures? Figures)> expected, CancellationToken cancellationToken) =>
        await SeriesRows.OthersAsync(connection, transaction, expected, cancellationToken);

    /// <summary>Studies whose findings are not these.</summary>
    public async Task<IReadOnlyList<string>> OtherFindingsAsync(
        IReadOnlyCollection<string> studyUids, IReadOnlyCollection<KeptFinding> expected, CancellationToken cancellationToken)
    {
        var kept = (await QueryAsync<KeptFinding>(
            "select study_uid as StudyUid, code as Code, severity as Severity, place as Place, text as Text from intake.finding where study_uid = any(@Studies)",
            new { Studies = studyUids.ToArray() }, cancellationToken)).ToLookup(row => row.StudyUid);
        var wanted = expected.Select(row => row with { Place = StoredText.Clean(row.Place)!, Text = StoredText.Clean(row.Text)! }).ToLookup(row => row.StudyUid);
        return [.. studyUids.Where(uid => !kept[uid].CountBy(row => row).ToHashSet().SetEquals(wanted[uid].CountBy(row => row)))];
    }

    /// <summary>Studies whose companions are not these.</summary>
    public async Task<IReadOnlyList<string>> OtherCompanionsAsync(
        IReadOnlyCollection<string> studyUids, IReadOnlyCollection<Companion> expected, CancellationToken cancellationToken)
    {
        var kept = (await QueryAsync<(string StudyUid, short Type, string Id)>(
            "select study_uid, type, id from intake.companion where study_uid = any(@Studies)", new { Studies = studyUids.ToArray() }, cancellationToken)).ToLookup(row => row.StudyUid);
        var wanted = expected.Select(row => (row.StudyUid, Type: row.Type.Number, row.Id)).ToLookup(row => row.StudyUid);
        return [.. studyUids.Where(uid => !kept[uid].ToHashSet().SetEquals(wanted[uid]))];
    }

    /// <summary>Those of the studies that an import holds.</summary>
    public async Task<IReadOnlySet<string>> ImportedAsync(IReadOnlyCollection<string> studyUids, CancellationToken cancellationToken) =>
        (await QueryAsync<string>(
            """
            select uid from unnest(@Studies) uid
             where exists (select from resource where study_key = 'urn:oid:' || uid and origin = 2 and not deleted and version > 0)
            """,
            new { Studies = studyUids.ToArray() }, cancellationToken)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Instances of these studies that accepted inputs brought.</summary>
    public async Task<IReadOnlyList<AcceptedInstance>> AcceptedAsync(IReadOnlyCollection<string> studyUids, CancellationToken cancellationToken) =>
        [.. await QueryAsync<AcceptedInstance>(
            """
            select distinct study_uid as StudyUid, series_uid as SeriesUid, sop_uid as SopUid from intake.input
             where study_uid = any(@Studies) and outcome in ('stored', 'updated', 'unchanged') and sop_uid is not null
            """,
            new { Studies = studyUids.ToArray() }, cancellationToken)];

    /// <summary>What is stored under types and ids, tombstones too.</summary>
    public async Task<IReadOnlyList<StoredState>> StatesAsync(IReadOnlyCollection<(ServedType Type, string Id)> keys, CancellationToken cancellationToken) =>
        [.. await QueryAsync<StoredState>(
            """
            select r.type as TypeNumber, r.id as Id, r.origin as Origin, r.deleted as Deleted, r.content_hash as ContentHash
              from unnest(@Types, @Ids) k(type, id) join resource r on r.type = k.type and r.id = k.id where r.version > 0
            """,
            new { Types = keys.Select(key => key.Type.Number).ToArray(), Ids = keys.Select(key => key.Id).ToArray() }, cancellationToken)];

    /// <summary>Resources behind one in the order they were first written, tombstones too.</summary>
    public async Task<IReadOnlyList<ResourceRow>> ResourcesAfterAsync(long last, int atMost, CancellationToken cancellationToken) =>
        [.. await QueryAsync<ResourceRow>(
            """
            select resource_id as ResourceId, type as TypeNumber, id as Id, version as Version, last_updated as LastUpdated, origin as Origin, deleted as Deleted,
                   content_hash as ContentHash, study_key as StudyKey, conformance as Conformance, profile as Profile, engine as Engine, form as FormNumber,
                   (select text from outline_form where number = form) as Form, outline as Outline, document as Document
              from resource where resource_id > @last and version > 0 order by resource_id limit @atMost
            """,
            new { last, atMost }, cancellationToken)];

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    // A verification has time: no statement is cut off.
    Task<IEnumerable<T>> QueryAsync<T>(string sql, object values, CancellationToken cancellationToken) =>
        connection.QueryAsync<T>(new CommandDefinition(sql, values, transaction, commandTimeout: 0, cancellationToken: cancellationToken));
}
