using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using Dicom2Fhir.Indexer.Commands;
using Dicom2Fhir.Indexer.Conformance;
using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Microsoft.Extensions.Logging;
using Npgsql;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.Indexer.Import;

/// <summary>Writes imported resources in batches; every line, entry and file ends in the ledger.</summary>
sealed class ResourceImport(NpgsqlDataSource database, Ledger ledger, IndexExtractor extractor, WriteGate gate, IndexerOptions options, InputRecords records, Progress progress, ILogger logger)
{
    // One commit a thousand resources; a resource of 5,000 instances has 1 MB, so the bytes are bounded too: every one of them is held four times while it is written.
    const int BatchSize = 1_000;
    const long BatchBytes = 8 * 1024 * 1024;

    // Items judged side by side: enough for every core, and few megabytes whatever the resources are.
    const int PortionSize = 200;
    const long PortionBytes = 2 * 1024 * 1024;

    readonly DatabaseRetry retry = new(logger);
    readonly ImportSource source = new();
    readonly WritePreparer preparer = new(database, extractor);

    /// <param name="problems">Gets a sentence for each file that cannot be read.</param>
    public async Task RunAsync(long run, IEnumerable<string> files, List<string> problems, CancellationToken cancellationToken)
    {
        foreach (var path in files)
        {
            try
            {
                await FileAsync(run, path, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (UnauthorizedAccessException)
            {
                problems.Add($"{path} cannot be read: no permission.");
            }
            catch (IOException exception)
            {
                problems.Add($"{path} cannot be read: {exception.Message}");
            }
        }
    }

    async Task FileAsync(long run, string path, CancellationToken cancellationToken)
    {
        var batch = new Dictionary<(ServedType, string), (ImportItem Item, ImportedResource.Ready Resource)>();
        var turned = new List<InputRecord>();
        long bytes = 0;
        await foreach (var (item, read) in JudgedAsync(path, cancellationToken))
        {
            progress.Seen(1);
            switch (read)
            {
                case ImportedResource.Turned other:
                    turned.Add(Record(item, other.Outcome, other.Reason, other.Text));
                    break;
                case ImportedResource.Ready ready:
                    // The same resource twice: the earlier one is written first, so that the last wins and both are accounted for.
                    if (batch.ContainsKey((ready.Write.Type, ready.Write.Id))) await FlushAsync(run, batch, cancellationToken);
                    batch.Add((ready.Write.Type, ready.Write.Id), (item, ready));
                    bytes += item.Json.Length;
                    break;
            }

            if (batch.Count < BatchSize && bytes < BatchBytes && turned.Count < BatchSize) continue;
            await FlushAsync(run, batch, cancellationToken);
            await TurnAsync(run, turned, cancellationToken);
            bytes = 0;
        }

        await FlushAsync(run, batch, cancellationToken);
        await TurnAsync(run, turned, cancellationToken);
    }

    /// <summary>The file's items in order, parsed and judged side by side while the batch before is written.</summary>
    async IAsyncEnumerable<(ImportItem Item, ImportedResource Read)> JudgedAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // enough waits for the next batch while one is written
        var judged = Channel.CreateBounded<(ImportItem, ImportedResource)[]>(4);
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var judging = JudgeAsync(path, judged.Writer, left.Token);
        try
        {
            await foreach (var portion in judged.Reader.ReadAllAsync(cancellationToken))
            {
                foreach (var one in portion) yield return one;
            }
        }
        finally
        {
            await left.CancelAsync();
            await judging;
        }
    }

    async Task JudgeAsync(string path, ChannelWriter<(ImportItem, ImportedResource)[]> output, CancellationToken cancellationToken)
    {
        try
        {
            var items = new List<ImportItem>();
            var bytes = 0L;
            await foreach (var item in source.ItemsAsync(path, cancellationToken))
            {
                items.Add(item);
                bytes += item.Json.Length;
                if (items.Count < PortionSize && bytes < PortionBytes) continue;
                await output.WriteAsync(await ReadyAsync(items, cancellationToken), cancellationToken);
                items.Clear();
                bytes = 0;
            }

            await output.WriteAsync(await ReadyAsync(items, cancellationToken), cancellationToken);
            output.Complete();
        }
        catch (Exception exception)
        {
            output.Complete(exception);     // thrown again where the portions are taken
        }
    }

    async Task<(ImportItem, ImportedResource)[]> ReadyAsync(List<ImportItem> items, CancellationToken cancellationToken)
    {
        var read = new (ImportItem Item, ImportedResource Resource)[items.Count];
        Parallel.For(0, items.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i => read[i] = (items[i], Judged(ImportedResource.Read(items[i], options.AllowIdentifying))));
        await NumberAsync([.. read.Select(one => one.Resource).OfType<ImportedResource.Ready>().Select(ready => ready.Write)], cancellationToken);
        return read;
    }

    async Task NumberAsync(List<PreparedWrite> writes, CancellationToken cancellationToken)
    {
        try
        {
            await retry.RunAsync(() => preparer.NumberAsync(writes, cancellationToken), cancellationToken);
        }
        catch (PostgresException exception) when (DatabaseRetry.IsRefusal(exception))
        {
            // found again, and told from the others, when they are written one by one
        }
    }

    /// <summary>Judges what can be stored; what breaks its profile is turned away, or tagged.</summary>
    ImportedResource Judged(ImportedResource read)
    {
        if (read is not ImportedResource.Accepted accepted) return read;
        var judged = gate.Judge(accepted.Resource, accepted.Json);
        if (!judged.IsValid && !gate.TagFailures) return new ImportedResource.Turned(Outcomes.Quarantined, Reasons.Nonconformant, judged.Fault!);
        var (type, resource, json) = accepted.WithTag(!judged.IsValid);
        return new ImportedResource.Ready(preparer.Prepare(type, resource, json, Origin.Import, judged.State), StudyUid(resource));
    }

    async Task TurnAsync(long run, List<InputRecord> turned, CancellationToken cancellationToken)
    {
        await retry.RunAsync(() => ledger.RecordAsync(run, turned, cancellationToken), cancellationToken);
        progress.Done(turned.Count, turned.Count(record => record.Outcome == Outcomes.Quarantined));
        turned.Clear();
    }

    async Task FlushAsync(long run, Dictionary<(ServedType, string), (ImportItem Item, ImportedResource.Ready Resource)> batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0) return;
        var items = batch.Values.ToList();
        batch.Clear();
        try
        {
            await retry.RunAsync(() => WriteAsync(run, items, cancellationToken), cancellationToken);
        }
        catch (PostgresException)
        {
            foreach (var item in items) await WriteOneAsync(run, item, cancellationToken);
        }
    }

    async Task WriteOneAsync(long run, (ImportItem Item, ImportedResource.Ready Resource) item, CancellationToken cancellationToken)
    {
        try
        {
            await retry.RunAsync(() => WriteAsync(run, [item], cancellationToken), cancellationToken);
        }
        catch (PostgresException exception)
        {
            await TurnAsync(run, [Record(item.Item, Outcomes.Quarantined, Reasons.Database, $"the database refuses a value ({exception.SqlState})")], cancellationToken);
        }
    }

    async Task WriteAsync(long run, List<(ImportItem Item, ImportedResource.Ready Resource)> items, CancellationToken cancellationToken)
    {
        var studies = items.Select(item => item.Resource.StudyUid).OfType<string>().Distinct().ToList();
        await using var batch = await WriteBatch.BeginAsync(database, extractor, studies, cancellationToken);
        items = await WithoutForgottenAsync(run, batch, items, studies, cancellationToken);
        var outcomes = await batch.WriteAsync([.. items.Select(item => item.Resource.Write)], cancellationToken);
        var offered = items.Zip(outcomes, (item, outcome) => outcome switch
        {
            WriteOutcome.Created => Record(item.Item, Outcomes.Stored, null, null),
            WriteOutcome.Updated => Record(item.Item, Outcomes.Updated, null, null),
            WriteOutcome.Unchanged => Record(item.Item, Outcomes.Unchanged, null, null),
            _ => Record(item.Item, Outcomes.Quarantined, Reasons.IdConflict, "a resource of the index has the same id or study identifier"),
        } with { StudyUid = item.Resource.StudyUid }).ToList();
        await batch.RecordAsync(run, offered, cancellationToken);
        await batch.CommitAsync(cancellationToken);
        progress.Wrote(items.Count(item => item.Resource.Write.Type == ServedType.ImagingStudy), outcomes.Count(outcome => outcome is WriteOutcome.Created or WriteOutcome.Updated));
        progress.Done(items.Count, offered.Count(record => record.Outcome == Outcomes.Quarantined));
    }

    async Task<List<(ImportItem Item, ImportedResource.Ready Resource)>> WithoutForgottenAsync(
        long run, WriteBatch batch, List<(ImportItem Item, ImportedResource.Ready Resource)> items, List<string> studies, CancellationToken cancellationToken)
    {
        var forgotten = await batch.ForgottenAsync(studies, cancellationToken);
        if (forgotten.Count == 0) return items;
        var turned = items.Where(item => item.Resource.StudyUid is { } uid && forgotten.Contains(uid)).ToList();
        await batch.RecordAsync(run, [.. turned.Select(item => Record(item.Item, Outcomes.Skipped, Reasons.Policy, ForgetCommand.Text))], cancellationToken);
        return [.. items.Except(turned)];
    }

    static string? StudyUid(Resource resource)
    {
        var value = (resource as ImagingStudy)?.Identifier.FirstOrDefault(identifier => identifier.System == "urn:dicom:uid")?.Value;
        return value is not null && value.StartsWith("urn:oid:", StringComparison.Ordinal) ? value["urn:oid:".Length..] : value;
    }

    InputRecord Record(ImportItem item, string outcome, string? reason, string? text) =>
        records.Of(
            new Input(item.Name, FileKind.Regular, item.Json.Length, null), outcome, reason, text,
            outcome == Outcomes.Quarantined && !item.Json.IsEmpty ? SHA256.HashData(item.Json.Span) : null);
}
