using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>Calls the database function that makes committed writes searchable.</summary>
public sealed class Folder(NpgsqlDataSource database)
{
    // One block of bits: larger folds rewrite no fewer blocks, and memory for the rows stays small.
    const int Largest = 32_000;

    // What waits longer than a second is searchable late; while more and more waits this is a bulk load, whose rows cost half when they are folded together.
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Bulk = TimeSpan.FromSeconds(5);

    // Rows that come within one look when many do: less is a trickle, and waiting for more saves nothing.
    const int Worthwhile = 250;

    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>Folds until nothing committed before the call is pending; waits for another process that folds.</summary>
    /// <returns>Pending rows taken by this process.</returns>
    public async Task<long> FoldAllAsync(CancellationToken cancellationToken)
    {
        var total = 0L;
        while (true)
        {
            var taken = await FoldAsync(cancellationToken);
            if (taken > 0) total += taken;
            if (taken == 0) return total;
            if (taken < 0) await Task.Delay(20, cancellationToken);
        }
    }

    /// <summary>
    /// Folds what was seen waiting a second ago; while rows keep coming in numbers, only when a block is full or after five seconds. Until cancelled.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (waited, before) = (TimeSpan.Zero, 0L);
        while (!cancellationToken.IsCancellationRequested)
        {
            var waiting = await WaitingAsync(cancellationToken);
            var isGrowing = waiting - before >= Worthwhile;
            if (waiting >= Largest || (waiting > 0 && waited >= (isGrowing ? Bulk : Fresh)))
            {
                await FoldAsync(cancellationToken);
                (waited, before) = (TimeSpan.Zero, 0);
                continue;
            }

            await Task.Delay(Look, cancellationToken);
            (waited, before) = (waiting > 0 ? waited + Look : TimeSpan.Zero, waiting);
        }
    }

    /// <summary>Removes rows that were replaced or deleted longer ago; older page links answer 410 from then on.</summary>
    public async Task<long> RetireAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select retire($1)");
        command.CommandTimeout = 0;
        command.Parameters.AddWithValue(age);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Rows taken; -1 when another process folds.</summary>
    internal async Task<int> FoldAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select fold($1)");
        command.CommandTimeout = 0;
        command.Parameters.AddWithValue(Largest);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    async Task<long> WaitingAsync(CancellationToken cancellationToken)
    {
        // ids are given in order and taken from the front: their span is the number of rows, but for the gaps of what was rolled back
        await using var command = database.CreateCommand("select coalesce(max(id) - min(id) + 1, 0) from pending");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
