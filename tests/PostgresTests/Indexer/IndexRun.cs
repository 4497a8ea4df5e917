using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Commands;
using Dicom2Fhir.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dicom2Fhir.PostgresTests.Indexer;

/// <summary>Runs `index` as the command line does, on the database of a test.</summary>
sealed class IndexRun(TestDatabase database, string dataFolder)
{
    /// <summary>One line an input of the last run: "name outcome reason", names below <paramref name="root"/>, in name order.</summary>
    public async Task<List<string>> LinesAsync(string root, params string[] paths)
    {
        await RunAsync(paths.Length == 0 ? [root] : paths);
        var run = await database.ValueAsync<long>("select max(run) from intake.run");
        return [.. (await InputsAsync()).Where(line => line.Run == run)
            .Select(line => $"{line.Source.Replace(root + "/", "", StringComparison.Ordinal)} {line.Outcome} {line.Reason}".TrimEnd())];
    }

    public async Task<int> RunAsync(params string[] paths)
    {
        var options = new IndexerOptions
        {
            TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), DataFolder = dataFolder, Postgres = database.ConnectionString,
        };
        var store = await StoreConnection.OpenForWritingAsync(dataFolder, options.Postgres, options.TimeZone, TestContext.Current.CancellationToken);
        await using var session = new Session(options, store, json: true, NullLoggerFactory.Instance);
        return await IndexCommand.RunAsync(session, paths, rehash: false, TestContext.Current.CancellationToken);
    }

    public async Task<List<InputLine>> InputsAsync()
    {
        List<InputLine> lines = [];
        await foreach (var line in new Ledger(database.Owner).InputsAsync(null, TestContext.Current.CancellationToken)) lines.Add(line);
        return lines;
    }
}
