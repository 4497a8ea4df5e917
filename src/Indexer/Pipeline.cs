using System.Diagnostics;
using System.Threading.Channels;
using Dicom2Fhir.Indexer.Pseudonyms;
using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.Store;
using Microsoft.Extensions.Logging;

namespace Dicom2Fhir.Indexer;

/// <summary>
/// Inputs to the database: headers are read in parallel, a batch of up to 1,000 inputs is written in one transaction, in the order of names, while the
/// next is read. Every input ends in the ledger.
/// </summary>
sealed class Pipeline(Ledger ledger, StudyWriter writer, Protection protection, Progress progress, InputRecords records, ILogger logger)
{
    // A batch costs one commit and one lock a study; larger ones gain nothing measurable and hold more headers in memory.
    const int BatchSize = 1_000;

    // From a slow source what was read becomes visible after a second, and a kill loses no more than that.
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    readonly DatabaseRetry retry = new(logger);

    /// <summary>True: files are read whatever their size and time; equal content is still unchanged.</summary>
    public bool Rehash { get; init; }

    /// <summary>Returns early, with what was done recorded, when it is stopped.</summary>
    public async Task RunAsync(long run, IEnumerable<Input> inputs, CancellationToken cancellationToken)
    {
        // one batch being written, one waiting, one being read
        var read = Channel.CreateBounded<ReadBatch>(1);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = ReadAsync(run, inputs, read.Writer, failed.Token);
        try
        {
            await foreach (var batch in read.Reader.ReadAllAsync(CancellationToken.None))
            {
                if (cancellationToken.IsCancellationRequested) continue;
                await WriteAsync(run, batch, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // stopped while waiting for the database: the next run does the rest
        }
        finally
        {
            await failed.CancelAsync();
            await reading;
        }
    }

    async Task ReadAsync(long run, IEnumerable<Input> inputs, ChannelWriter<ReadBatch> output, CancellationToken cancellationToken)
    {
        try
        {
            var waiting = new List<HeaderResult>();
            var finished = new List<Input>();
            var since = Stopwatch.GetTimestamp();
            foreach (var chunk in inputs.Chunk(BatchSize))
            {
                await foreach (var part in InputReader.ReadAsync(await WithoutUnchangedAsync(run, chunk, cancellationToken), cancellationToken))
                {
                    progress.Seen(part.Results.Count);
                    waiting.AddRange(part.Results);
                    if (part.Finished is not null) finished.Add(part.Finished);
                    if (waiting.Count < BatchSize && Stopwatch.GetElapsedTime(since) < LongestWait) continue;
                    var taken = await protection.ApplyAsync(TakeWholeStudies(waiting), cancellationToken);
                    await output.WriteAsync(ReadBatch.Of(taken, finished, waiting), cancellationToken);
                    since = Stopwatch.GetTimestamp();
                }
            }

            if (waiting.Count > 0 || finished.Count > 0)
                await output.WriteAsync(new ReadBatch(await protection.ApplyAsync(waiting, cancellationToken), finished), cancellationToken);
            output.Complete();
        }
        catch (OperationCanceledException)
        {
            output.Complete();
        }
        catch (Exception exception)
        {
            output.Complete(exception);     // thrown again where the batches are taken
        }
    }

    /// <summary>
    /// Takes what waits, but leaves the study read last for the next batch, since more of it probably follows: so its resource is written once. A
    /// batch that is one study is taken whole.
    /// </summary>
    internal static IReadOnlyList<HeaderResult> TakeWholeStudies(List<HeaderResult> waiting)
    {
        var last = waiting.FindLast(result => result.Attributes is not null)?.Attributes!.StudyUid;
        var taken = waiting.FindAll(result => result.Attributes is null || result.Attributes.StudyUid != last);
        if (!taken.Exists(result => result.Attributes is not null)) taken = [.. waiting];
        if (taken.Count == waiting.Count) waiting.Clear();
        else waiting.RemoveAll(result => result.Attributes is null || result.Attributes.StudyUid != last);
        return taken;
    }

    // Size and time as in the ledger, and content that is in the store: not read again.
    async Task<List<Input>> WithoutUnchangedAsync(long run, Input[] chunk, CancellationToken cancellationToken)
    {
        var hashes = chunk.Select(input => records.NameHash(input.Name)).ToList();
        var known = await retry.RunAsync(() => ledger.FindAsync(hashes, cancellationToken), cancellationToken);
        var containers = await retry.RunAsync(() => ledger.Containers.FindAsync(hashes, Reasons.OfTheBytes, cancellationToken), cancellationToken);
        var fresh = new List<Input>(chunk.Length);
        var unchanged = new List<InputRecord>();
        var repeated = new List<byte[]>();
        foreach (var (input, hash) in chunk.Zip(hashes))
        {
            var hex = Convert.ToHexString(hash);
            if (!Rehash && containers.TryGetValue(hex, out var whole) && whole.Size == input.Size && SameTime(whole.Modified, input.Modified))
            {
                repeated.Add(hash);
            }
            else if (!Rehash && known.TryGetValue(hex, out var before)
                && before.Size == input.Size && SameTime(before.Modified, input.Modified) && Outcomes.Accepted.Contains(before.Outcome))
            {
                unchanged.Add(records.Of(input, Outcomes.Unchanged, null, null));
            }
            else
            {
                fresh.Add(input);
            }
        }

        await retry.RunAsync(() => ledger.RecordAsync(run, unchanged, cancellationToken), cancellationToken);
        await retry.RunAsync(() => ledger.Containers.RepeatAsync(run, repeated, cancellationToken), cancellationToken);
        progress.Seen(unchanged.Count + repeated.Count);
        progress.Done(unchanged.Count + repeated.Count, quarantined: 0);
        return fresh;
    }

    // The database keeps microseconds.
    static bool SameTime(DateTime? left, DateTime? right) =>
        left is null ? right is null : right is not null && Math.Abs((left.Value - right.Value).Ticks) < TimeSpan.TicksPerMicrosecond;

    async Task WriteAsync(long run, ReadBatch read, CancellationToken stop)
    {
        var batch = read.Results;
        var others = batch.Where(result => result.Attributes is null).ToList();
        var turned = others.Select(records.Of).ToList();
        await retry.RunAsync(() => ledger.RecordAsync(run, turned, CancellationToken.None), stop);
        var written = await writer.WriteAsync(run, [.. batch.Where(result => result.Attributes is not null)], stop);
        progress.Wrote(written.Studies, written.Resources);
        progress.Done(batch.Count, others.Count(result => result.Outcome == Outcomes.Quarantined) + written.Quarantined);
        if (written.Quarantined > 0) logger.Withheld(written.Quarantined);
        await retry.RunAsync(() => ledger.Containers.SaveAsync(run, [.. read.Finished.Select(records.Container)], CancellationToken.None), stop);
    }

    /// <param name="Finished">Containers of which all results are in this batch or were in one before.</param>
    sealed record ReadBatch(IReadOnlyList<HeaderResult> Results, IReadOnlyList<Input> Finished)
    {
        public static ReadBatch Of(IReadOnlyList<HeaderResult> taken, List<Input> finished, List<HeaderResult> waiting)
        {
            var open = waiting.Select(result => result.Input.Container).ToHashSet();
            var done = finished.FindAll(container => !open.Contains(container));
            finished.RemoveAll(done.Contains);
            return new ReadBatch(taken, done);
        }
    }
}
