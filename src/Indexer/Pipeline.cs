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
sealed class Pipeline(Ledger ledger, StudyWriter writer, Protection protection, Progress progress, bool keepNames, ILogger logger)
{
    // A batch costs one commit and one lock a study; larger ones gain nothing measurable and hold more headers in memory.
    const int BatchSize = 1_000;

    // Inputs read side by side before the clock is looked at.
    const int SliceSize = 100;

    // From a slow source what was read becomes visible after a second, and a kill loses no more than that.
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    readonly DatabaseRetry retry = new(logger);

    /// <summary>Returns early, with what was done recorded, when it is stopped.</summary>
    public async Task RunAsync(long run, IEnumerable<Input> inputs, CancellationToken cancellationToken)
    {
        // one batch being written, one waiting, one being read
        var read = Channel.CreateBounded<IReadOnlyList<HeaderResult>>(1);
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

    async Task ReadAsync(long run, IEnumerable<Input> inputs, ChannelWriter<IReadOnlyList<HeaderResult>> output, CancellationToken cancellationToken)
    {
        try
        {
            var waiting = new List<HeaderResult>();
            var since = Stopwatch.GetTimestamp();
            foreach (var chunk in inputs.Chunk(BatchSize))
            {
                progress.Seen(chunk.Length);
                foreach (var slice in (await WithoutUnchangedAsync(run, chunk, cancellationToken)).Chunk(SliceSize))
                {
                    waiting.AddRange(await ReadAsync(slice, cancellationToken));
                    if (waiting.Count < BatchSize && Stopwatch.GetElapsedTime(since) < LongestWait) continue;
                    await output.WriteAsync(await protection.ApplyAsync(TakeWholeStudies(waiting), cancellationToken), cancellationToken);
                    since = Stopwatch.GetTimestamp();
                }
            }

            if (waiting.Count > 0) await output.WriteAsync(await protection.ApplyAsync(waiting, cancellationToken), cancellationToken);
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

    static async Task<HeaderResult[]> ReadAsync(Input[] inputs, CancellationToken cancellationToken)
    {
        var results = new HeaderResult[inputs.Length];
        await Parallel.ForAsync(0, inputs.Length, cancellationToken, (i, token) =>
        {
            results[i] = HeaderReader.Read(inputs[i], token);
            return ValueTask.CompletedTask;
        });
        return results;
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
        var hashes = chunk.Select(input => input.NameHash).ToList();
        var known = await retry.RunAsync(() => ledger.FindAsync(hashes, cancellationToken), cancellationToken);
        var fresh = new List<Input>(chunk.Length);
        var unchanged = new List<InputRecord>();
        foreach (var input in chunk)
        {
            if (known.TryGetValue(Convert.ToHexString(input.NameHash), out var before)
                && before.Size == input.Size && SameTime(before.Modified, input.Modified) && Outcomes.Accepted.Contains(before.Outcome))
            {
                unchanged.Add(InputRecords.Of(input, Outcomes.Unchanged, null, null, keepNames));
            }
            else
            {
                fresh.Add(input);
            }
        }

        await retry.RunAsync(() => ledger.RecordAsync(run, unchanged, cancellationToken), cancellationToken);
        progress.Done(unchanged.Count, quarantined: 0);
        return fresh;
    }

    // The database keeps microseconds.
    static bool SameTime(DateTime? left, DateTime? right) =>
        left is null ? right is null : right is not null && Math.Abs((left.Value - right.Value).Ticks) < TimeSpan.TicksPerMicrosecond;

    async Task WriteAsync(long run, IReadOnlyList<HeaderResult> batch, CancellationToken stop)
    {
        var others = batch.Where(result => result.Attributes is null).ToList();
        var records = others.Select(result => InputRecords.Of(result.Input, result.Outcome, result.Reason, result.Text, keepNames)).ToList();
        await retry.RunAsync(() => ledger.RecordAsync(run, records, CancellationToken.None), stop);
        var written = await writer.WriteAsync(run, [.. batch.Where(result => result.Attributes is not null)], stop);
        progress.Wrote(written.Studies, written.Resources);
        progress.Done(batch.Count, others.Count(result => result.Outcome == Outcomes.Quarantined) + written.Quarantined);
        if (written.Quarantined > 0) logger.Withheld(written.Quarantined);
    }
}
