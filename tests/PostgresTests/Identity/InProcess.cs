using System.Collections.Concurrent;
using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Commands;
using Dicom2Fhir.PostgresTests.Indexer;
using Dicom2Fhir.Store;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Dicom2Fhir.PostgresTests.Identity;

/// <summary>index with the settings of a site inside the test: where a process of its own shows nothing more, and where protection must be off.</summary>
static class InProcess
{
    /// <returns>What was logged.</returns>
    public static async Task<string> IndexAsync(Site site, bool isProtected = true, params string[] paths)
    {
        var log = new Lines();
        var cancelled = TestContext.Current.CancellationToken;
        var settings = site.Settings.ToDictionary(pair => pair.Key.Replace("__", ":", StringComparison.Ordinal), pair => (string?)pair.Value);
        var options = IndexerOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()) with { ProtectionIsOn = isProtected };
        var store = await StoreConnection.OpenForWritingAsync(options.DataFolder, options.Postgres, options.TimeZone, cancelled);
        await using var session = new Session(options, store, json: true, LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log)));
        await IndexCommand.RunAsync(session, paths.Length > 0 ? paths : [site.Files], rehash: false, cancelled);
        return string.Join('\n', log.All);
    }

    /// <summary>Inputs of the newest run with an outcome.</summary>
    public static Task<long> CountAsync(Site site, string outcome) =>
        site.ValueAsync<long>($"select count(*) from intake.input where outcome = '{outcome}' and run = (select max(run) from intake.run)");

    sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
        }
    }
}
