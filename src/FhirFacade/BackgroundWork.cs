using Dicom2Fhir.FhirFacade.Conformance;
using Dicom2Fhir.FhirFacade.Fhir;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.FhirFacade;

/// <summary>Says "ready" once on stdout, folds what waits when no indexer runs, and removes what page links no longer need.</summary>
sealed class BackgroundWork(
    StoreConnection store, FacadeOptions options, Engines engines, Readiness readiness, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<BackgroundWork> logger) : BackgroundService
{
    // Page links are good for 7 days (docs/search.md).
    static readonly TimeSpan Retention = TimeSpan.FromDays(7);
    static readonly TimeSpan BetweenCleaning = TimeSpan.FromHours(1);
    static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    // A replica that may be promoted.
    static readonly TimeSpan WhileReadOnly = TimeSpan.FromMinutes(1);

    bool gaveBack;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await ListeningAsync(stoppingToken)) return;
        while (await readiness.NotReadyAsync(stoppingToken) is { } reason)
        {
            logger.NotReady(reason);
            await Task.Delay(AfterFailure, time, stoppingToken);
        }

        Console.Out.WriteLine($"ready {RequestBase.Of(options)}");
        await Task.WhenAll(RepeatAsync(FoldAsync, stoppingToken), RepeatAsync(CleanAsync, stoppingToken), RepeatAsync(CountStaleAsync, stoppingToken));
    }

    // Services start before the server listens: a port that is taken must not be announced.
    async Task<bool> ListeningAsync(CancellationToken stopping)
    {
        var listening = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var started = lifetime.ApplicationStarted.Register(() => listening.TrySetResult(true));
        await using var stopped = stopping.Register(() => listening.TrySetResult(false));
        return await listening.Task;
    }

    // On a replica by the connection that writes, where the site gave one.
    Task FoldAsync(CancellationToken cancellationToken) => new Folder(store.Write ?? store.Read).RunAsync(cancellationToken);

    async Task CleanAsync(CancellationToken cancellationToken)
    {
        await new Folder(store.Write ?? store.Read).RetireAsync(Retention, cancellationToken);
        await new PageTokens(store.Read, store.Write).RemoveUnusedAsync(Retention, cancellationToken);
        await Task.Delay(BetweenCleaning, time, cancellationToken);
    }

    // A facade writes no states (its database role may not): whoever runs it hears what waits, and which verb does it.
    async Task CountStaleAsync(CancellationToken cancellationToken)
    {
        var engine = await engines.CurrentAsync(cancellationToken);
        var stale = await Revalidation.CountAsync(store.Read, engine.Stamp, cancellationToken);
        if (stale > 0) logger.Stale(stale);
        GiveBack();
        await Task.Delay(BetweenCleaning, time, cancellationToken);
    }

    // Compiling the profiles takes more memory than everything after it; the collector would keep it for later.
    void GiveBack()
    {
        if (gaveBack) return;
        gaveBack = true;
        MemoryTrim.Now();
    }

    // A database that is away, or a read-only replica, is no reason to end the process.
    async Task RepeatAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await work(cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.InsufficientPrivilege)
            {
                await Task.Delay(exception.SqlState == PostgresErrorCodes.InsufficientPrivilege ? BetweenCleaning : WhileReadOnly, time, cancellationToken);     // folding is the indexer's work then
            }
            catch (NpgsqlException exception)
            {
                logger.BackgroundFailed(exception.Message);
                await Task.Delay(AfterFailure, time, cancellationToken);
            }
        }
    }
}
