using System.Text.Json;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dicom2Fhir.Indexer.Conformance;

/// <summary>
/// Judges stored resources anew that are unchecked or were judged by an older engine or other packages, while searches and writers go on. Nothing is
/// withdrawn: the state and the broken rules change, and with Conformance__OnFailure=tag the tag follows (a new version).
/// </summary>
sealed class Revalidator(NpgsqlDataSource database, IndexExtractor extractor, WriteGate gate, ILogger logger)
{
    // Documents of 5,000 instances have 1 MB: a batch stays in memory, and its rows are held for less than a second.
    const int BatchSize = 100;

    static readonly JsonSerializerOptions Reading = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Ostrich);

    readonly DatabaseRetry retry = new(logger);

    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        long total = 0;
        try
        {
            // No more than were there: a program with other rules may be doing the same.
            var left = await retry.RunAsync(() => Revalidation.CountAsync(database, gate.Stamp, cancellationToken), cancellationToken);
            while (total < left && !cancellationToken.IsCancellationRequested)
            {
                var done = await retry.RunAsync(() => BatchAsync(cancellationToken), cancellationToken);
                if (done == 0) break;
                total += done;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // the next run goes on
        }

        if (total > 0) logger.Revalidated(total);
        return total;
    }

    async Task<int> BatchAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<StaleResource> resources;
        List<Judged> judged;
        await using (var batch = await Revalidation.TakeAsync(database, gate.Stamp, BatchSize, cancellationToken))
        {
            resources = batch.Resources;
            if (resources.Count == 0) return 0;
            judged = [.. resources.Select(resource => gate.Judge(resource.Document))];
            await batch.SaveAsync([.. judged.Select(one => one.State)], cancellationToken);
        }

        if (gate.TagFailures) await TagAsync([.. resources.Zip(judged).Where(pair => HasTag(pair.First) == pair.Second.IsValid)], cancellationToken);
        return resources.Count;
    }

    // What a writer changed in between has that writer's answer and tag.
    async Task<bool> TagAsync(IReadOnlyList<(StaleResource Resource, Judged Judged)> changed, CancellationToken cancellationToken)
    {
        if (changed.Count == 0) return true;
        await using var batch = await WriteBatch.BeginAsync(database, extractor, [], cancellationToken);
        var held = await batch.HoldAsync([.. changed.Select(pair => (pair.Resource.ResourceId, pair.Resource.Version))], cancellationToken);
        await batch.WriteAsync([.. changed.Where(pair => held.Contains(pair.Resource.ResourceId)).Select(pair => Write(pair.Resource, pair.Judged))], cancellationToken);
        await batch.CommitAsync(cancellationToken);
        return true;
    }

    static ResourceWrite Write(StaleResource stale, Judged judged)
    {
        var json = ConformanceTag.Set(stale.Document, on: !judged.IsValid);
        var resource = JsonSerializer.Deserialize<Resource>(json, Reading)!;
        return new ResourceWrite(stale.Type, stale.Id, json, resource, (Origin)stale.Origin, judged.State);
    }

    static bool HasTag(StaleResource resource)
    {
        using var document = JsonDocument.Parse(resource.Document, new JsonDocumentOptions { MaxDepth = 256 });
        return ConformanceTag.IsOn(document.RootElement);
    }
}
