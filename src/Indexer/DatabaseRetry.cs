using Dicom2Fhir.Store;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dicom2Fhir.Indexer;

/// <summary>
/// Does database work again when the database was away or two transactions met. All work of an index or import run may be done twice: a batch whose
/// commit was not acknowledged finds its content there and writes nothing.
/// </summary>
sealed class DatabaseRetry(ILogger logger)
{
    // A deadlock or a lost connection goes away by itself; half a minute bridges a restart of the server.
    static readonly TimeSpan[] Waits = [TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(15)];

    /// <param name="stop">Ends the waiting, never the work: a batch is whole or not there.</param>
    /// <exception cref="StoreException">The database does not do the work after several tries.</exception>
    /// <exception cref="PostgresException">The database refuses a value (<see cref="IsRefusal"/>).</exception>
    /// <exception cref="OperationCanceledException">Stopped while waiting.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken stop)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (NpgsqlException exception) when (IsPassing(exception) && attempt < Waits.Length)
            {
                logger.BatchRetried(StateOf(exception), attempt + 1);
                await Task.Delay(Waits[attempt], stop);
            }
            catch (NpgsqlException exception) when (!IsRefusal(exception))
            {
                throw new StoreException($"The database does not take a batch: {CauseOf(exception)}.", exception);
            }
        }
    }

    public Task RunAsync(Func<Task> work, CancellationToken stop) => RunAsync(
        async () =>
        {
            await work();
            return true;
        },
        stop);

    /// <summary>A value the database will never take: class 22 (data exception), class 54 (too long for an index entry).</summary>
    public static bool IsRefusal(NpgsqlException exception) => exception is PostgresException { SqlState: ['2', '2', ..] or ['5', '4', ..] };

    public static string StateOf(NpgsqlException exception) => exception.SqlState ?? (exception.InnerException ?? exception).GetType().Name;

    static string CauseOf(NpgsqlException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.ReadOnlySqlTransaction => "the server is read-only, as a replica that was not promoted (25006)",
        PostgresErrorCodes.DiskFull => "its disk is full (53100)",
        _ => StateOf(exception),
    };

    // 57P01 and 57P02: a server that shuts down or crashed ends its connections; Npgsql does not count them. 25006: a replica that is soon promoted.
    // What no server said is a connection that failed, also to the last of several servers.
    static bool IsPassing(NpgsqlException exception) =>
        exception is not PostgresException refused || refused.IsTransient || refused.SqlState is ['5', '7', 'P', ..] or PostgresErrorCodes.ReadOnlySqlTransaction;
}
