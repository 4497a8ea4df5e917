using Dicom2Fhir.Conformance;
using Dicom2Fhir.Indexer.Conformance;
using Dicom2Fhir.Load.Data;
using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.Load.Run;

/// <summary>Studies straight through the Store's writer, judged, with the index rows and the fold of the product; no parser, no ledger.</summary>
sealed class BulkLoad(NpgsqlDataSource database, StudyResource resources, StudySource source)
{
    const int BatchSize = 1_000;

    // One generates while the other waits for the server; more only wait.
    const int Writers = 2;

    readonly IndexExtractor extractor = new(StudyResource.Zone);
    readonly WriteGate gate = new(ConformanceEngine.Shipped, tagFailures: false);

    /// <summary>Writes studies from..to (excluded) and folds them. What is there already is written again without effect.</summary>
    public async Task WriteAsync(long from, long to, Action<long>? progress = null)
    {
        using var done = new CancellationTokenSource();
        var folding = FoldAsync(done.Token);
        var next = from / BatchSize;
        var written = from;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            for (long batch; (batch = Interlocked.Increment(ref next) - 1) * BatchSize < to;)
            {
                var start = Math.Max(from, batch * BatchSize);
                await WriteBatchAsync(source.Range(start, Math.Min(to, (batch + 1) * BatchSize) - start));
                progress?.Invoke(Interlocked.Add(ref written, BatchSize));
            }
        })));
        await done.CancelAsync();
        await folding;
        await new Folder(database).FoldAllAsync(CancellationToken.None);
    }

    /// <summary>Where to go on: everything before is there, since batches are begun in order.</summary>
    public static async Task<long> LoadedAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("select count(*) from resource where type = 1 and origin = 2 and not deleted");
        command.CommandTimeout = 0;
        var count = (long)(await command.ExecuteScalarAsync())!;
        return Math.Max(0, (count / BatchSize) - (2 * Writers)) * BatchSize;
    }

    /// <summary>Deletes studies, as an import of other content never would: for steps that add to the measured data and must leave it as it was.</summary>
    public static async Task DeleteAsync(NpgsqlDataSource database, ServedType type, IReadOnlyList<string> ids, Origin origin)
    {
        foreach (var portion in ids.Chunk(BatchSize))
        {
            await using var batch = await WriteBatch.BeginAsync(database, new IndexExtractor(StudyResource.Zone), [], CancellationToken.None);
            await batch.DeleteAsync(type, portion, origin, CancellationToken.None);
            await batch.CommitAsync(CancellationToken.None);
        }

        await new Folder(database).FoldAllAsync(CancellationToken.None);
    }

    async Task WriteBatchAsync(IEnumerable<MadeStudy> studies)
    {
        var writes = studies.Select(study =>
        {
            var resource = resources.Of(study);
            return new ResourceWrite(ServedType.ImagingStudy, study.Id, MappedJson.Write(resource), resource, Origin.Import, gate.Judge(resource).State);
        }).ToList();
        await using var batch = await WriteBatch.BeginAsync(database, extractor, [.. writes.Select(write => write.Id)], CancellationToken.None);
        await batch.WriteAsync(writes, CancellationToken.None);
        await batch.CommitAsync(CancellationToken.None);
    }

    async Task FoldAsync(CancellationToken cancellationToken)
    {
        try
        {
            await new Folder(database).RunAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // the rest is folded at the end
        }
    }
}
