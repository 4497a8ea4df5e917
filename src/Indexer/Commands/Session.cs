using Dicom2Fhir.Conformance;
using Dicom2Fhir.Indexer.Conformance;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>What every verb works with: settings, database, output.</summary>
sealed class Session(IndexerOptions options, StoreConnection store, bool json, ILoggerFactory logging) : IAsyncDisposable
{
    public IndexerOptions Options { get; } = options;

    public StoreConnection Store { get; } = store;

    /// <summary>True: results on stdout are JSON lines.</summary>
    public bool Json { get; } = json;

    public Ledger Ledger { get; } = new(store.Database);

    public IndexExtractor Extractor { get; } = new(options.TimeZone);

    public ILogger Logger { get; } = logging.CreateLogger("Dicom2Fhir");

    /// <summary>The rules: ours, and those of the packages that the site loaded.</summary>
    public Task<ConformanceEngine> EngineAsync(CancellationToken cancellationToken) => LoadedEngine.OfAsync(Store.Database, Options, cancellationToken);

    public async Task<WriteGate> GateAsync(CancellationToken cancellationToken) => new(await EngineAsync(cancellationToken), Options.TagNonconformant);

    /// <summary>Judges anew what is stored unchecked or was judged by other rules. Returns how many; stops early, without losing anything, when it is stopped.</summary>
    public Task<long> RevalidateAsync(WriteGate gate, CancellationToken cancellationToken) =>
        new Revalidator(Store.Database, Extractor, gate, Logger).RunAsync(cancellationToken);

    public Progress Progress { get; } = new(Console.Error, !Console.IsErrorRedirected, TimeProvider.System);

    /// <summary>Runs work that writes, folding beside it; returns when everything it wrote is searchable.</summary>
    /// <param name="gate">Of the run; with its rules stored resources are judged anew beside the work.</param>
    public async Task<RunReport> RunAsync(string verb, WriteGate gate, Func<long, Task> work, CancellationToken cancellationToken)
    {
        var run = await Ledger.StartRunAsync(verb, cancellationToken);
        using var done = new CancellationTokenSource();
        var folding = FoldAsync(done.Token);
        var judging = RevalidateAsync(gate, cancellationToken);
        try
        {
            await work(run);
            await judging;
        }
        finally
        {
            await done.CancelAsync();
            await folding;
            Progress.End();
        }

        var retry = new DatabaseRetry(Logger);
        await retry.RunAsync(() => new Folder(Store.Database).FoldAllAsync(CancellationToken.None), cancellationToken);
        var report = await retry.RunAsync(() => RunReport.OfAsync(Ledger, run, Progress), cancellationToken);
        await retry.RunAsync(() => Ledger.FinishRunAsync(run, report.Totals, CancellationToken.None), cancellationToken);
        return report;
    }

    async Task FoldAsync(CancellationToken cancellationToken)
    {
        var folder = new Folder(Store.Database);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await folder.RunAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (NpgsqlException exception)
            {
                Logger.FoldWaits(exception.SqlState ?? exception.GetType().Name);
                await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(1), cancellationToken));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        logging.Dispose();
    }
}
