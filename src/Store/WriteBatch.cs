using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>A kept series (schema intake).</summary>
/// <param name="Attributes">As the mapping encoded it.</param>
public sealed record KeptSeries(string StudyUid, string SeriesUid, int Instances, byte[] Attributes);

/// <summary>A finding of the mapping, kept with its study.</summary>
public sealed record KeptFinding(string StudyUid, string Code, short Severity, string Place, string Text);

/// <summary>The account of one input. Names are hashed by the caller: <see cref="NameHash"/> always, <see cref="Name"/> only when names are kept.</summary>
public sealed record InputRecord
{
    public required byte[] NameHash { get; init; }
    public string? Name { get; init; }
    public required long Size { get; init; }
    public DateTime? Modified { get; init; }
    public required string Outcome { get; init; }
    public string? Reason { get; init; }
    public string? Text { get; init; }
    public string? StudyUid { get; init; }
    public string? SeriesUid { get; init; }
    public string? SopUid { get; init; }
    public byte[]? Hash { get; init; }
    public byte[]? ReplacedHash { get; init; }
}

/// <summary>
/// One transaction of an indexer or import: takes the locks of its studies in order, so that no two batches touch one study at a time, and writes
/// resources, index rows, kept series, findings and the account of the inputs together. Nothing of it is visible before <see cref="CommitAsync"/>.
/// </summary>
public sealed class WriteBatch : IAsyncDisposable
{
    public static Task<WriteBatch> BeginAsync(
        NpgsqlDataSource database, IndexExtractor extractor, IReadOnlyCollection<string> studyUids, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The kept series of the studies.</summary>
    public Task<IReadOnlyList<KeptSeries>> LoadSeriesAsync(IReadOnlyCollection<string> studyUids, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Inserts or replaces kept series.</summary>
    public Task SaveSeriesAsync(IReadOnlyCollection<KeptSeries> series, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Replaces the findings of the studies.</summary>
    public Task SaveFindingsAsync(
        IReadOnlyCollection<string> studyUids, IReadOnlyCollection<KeptFinding> findings, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Writes resources (distinct type and id) with their index rows; equal content writes nothing. Outcomes in the order of the input.</summary>
    public Task<IReadOnlyList<WriteOutcome>> WriteAsync(IReadOnlyList<ResourceWrite> resources, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Leaves a tombstone where the resource exists and has this origin. Returns how many were deleted.</summary>
    public Task<int> DeleteAsync(ServedType type, IReadOnlyCollection<string> ids, Origin origin, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Inserts or replaces input records.</summary>
    public Task RecordAsync(long run, IReadOnlyCollection<InputRecord> inputs, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Gives every input of a study that is not skipped another outcome: withheld studies, and their release. Returns how many.</summary>
    public Task<int> ReclassifyAsync(
        long run, string studyUid, string outcome, string? reason, string? text, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task CommitAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Rolls back what was not committed.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
