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

    public async Task RunAsync(long run, IEnumerable<Input> inputs, CancellationToken cancellationToken)
    {
        // one batch being written, one waiting, one being read
        var read = Channel.CreateBounded<IReadOnlyList<HeaderResult>>(1);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = ReadAsync(run, inputs, read.Writer, failed.Token);
        try
        {
            // What was read is written to its end even when the run is stopped: a batch is whole or not there.
            await foreach (var batch in read.Reader.ReadAllAsync(CancellationToken.None))
            {
                if (cancellationToken.IsCancellationRequested) continue;
                await WriteAsync(run, batch, CancellationToken.None);
            }
        }
        finally
        {
            await failed.CancelAsync();
        }

        await reading;
    }

    async Task ReadAsync(long run, IEnumerable<Input> inputs, ChannelWriter<IReadOnlyList<HeaderResult>> output, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var chunk in inputs.Chunk(BatchSize))
            {
                progress.Seen(chunk.Length);
                var fresh = await WithoutUnchangedAsync(run, chunk, cancellationToken);
                var results = new HeaderResult[fresh.Count];
                await Parallel.ForAsync(0, fresh.Count, cancellationToken, (i, token) =>
                {
                    var result = HeaderReader.Read(fresh[i], token);
                    results[i] = result.Attributes is null ? result : result with { Attributes = protection.Apply(result.Attributes) };
                    return ValueTask.CompletedTask;
                });
                if (results.Length > 0) await output.WriteAsync(results, cancellationToken);
            }

            output.Complete();
        }
        catch (OperationCanceledException)
        {
            output.Complete();
        }
        catch (Exception exception)
        {
            output.Complete(exception);
        }
    }

    // Size and time as in the ledger, and content that is in the store: not read again.
    async Task<List<Input>> WithoutUnchangedAsync(long run, Input[] chunk, CancellationToken cancellationToken)
    {
        var known = await ledger.FindAsync([.. chunk.Select(input => input.NameHash)], cancellationToken);
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

        await ledger.RecordAsync(run, unchanged, cancellationToken);
        progress.Done(unchanged.Count, quarantined: 0);
        return fresh;
    }

    // The database keeps microseconds.
    static bool SameTime(DateTime? left, DateTime? right) =>
        left is null ? right is null : right is not null && Math.Abs((left.Value - right.Value).Ticks) < TimeSpan.TicksPerMicrosecond;

    async Task WriteAsync(long run, IReadOnlyList<HeaderResult> batch, CancellationToken cancellationToken)
    {
        var others = batch.Where(result => result.Attributes is null).ToList();
        await ledger.RecordAsync(run, [.. others.Select(result => InputRecords.Of(result.Input, result.Outcome, result.Reason, result.Text, keepNames))], cancellationToken);
        var written = await writer.WriteAsync(run, [.. batch.Where(result => result.Attributes is not null)], cancellationToken);
        progress.Wrote(written.Studies, written.Resources);
        progress.Done(batch.Count, others.Count(result => result.Outcome == Outcomes.Quarantined) + written.Quarantined);
        if (written.Quarantined > 0) logger.Withheld(written.Quarantined);
    }
}

/// <summary>Ledger rows of inputs.</summary>
static class InputRecords
{
    public static InputRecord Of(Input input, string outcome, string? reason, string? text, bool keepNames) => new()
    {
        NameHash = input.NameHash,
        Name = keepNames ? Printable(input.Name) : null,
        Size = input.Size,
        Modified = input.Modified,
        Outcome = outcome,
        Reason = reason,
        Text = text,
    };

    // A file name may hold bytes that are no text; PostgreSQL takes neither U+0000 nor lone surrogates.
    static string Printable(string name) => name.Replace("\0", "", StringComparison.Ordinal).Replace('\uFFFD', '?');
}
