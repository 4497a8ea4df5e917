using System.Security.Cryptography;
using System.Text;
using Dicom2Fhir.Indexer.Pseudonyms;
using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>index PATH...: DICOM files and folders into the database.</summary>
static class IndexCommand
{
    /// <param name="rehash">Read every file, whatever its size and time.</param>
    public static async Task<int> RunAsync(Session session, IReadOnlyList<string> paths, bool rehash, CancellationToken cancellationToken)
    {
        var source = new FolderSource(paths);
        var options = session.Options;
        var gate = await session.GateAsync(cancellationToken);
        using var protection = await Identities.OpenAsync(options, session.Store.Database, TimeProvider.System, session.Logger, cancellationToken);
        var records = new InputRecords(protection.Key, options.KeepNames);
        var writer = new StudyWriter(session.Store.Database, session.Extractor, Mapping(options), gate, records, session.Logger);
        var pipeline = new Pipeline(session.Ledger, writer, protection, session.Progress, records, session.Logger) { Rehash = rehash };
        var vanished = 0L;
        var report = await session.RunAsync(
            "index", gate,
            async run =>
            {
                await pipeline.RunAsync(run, source.Inputs(), cancellationToken);
                if (cancellationToken.IsCancellationRequested) return;
                vanished = await new DatabaseRetry(session.Logger).RunAsync(() => Vanished.MarkAsync(session.Store.Database, run, source, records, cancellationToken), cancellationToken);
            },
            cancellationToken);
        report.Write(Console.Out, session.Json);
        if (vanished > 0) await Console.Error.WriteLineAsync($"{vanished} inputs that were indexed from here are gone; what they brought stays. status --inputs names them.");
        foreach (var problem in source.Problems) await Console.Error.WriteLineAsync(Terminal.Line(problem));
        return source.Problems.Count > 0 ? 1 : 0;
    }

    internal static MappingOptions Mapping(IndexerOptions options) => new()
    {
        TimeZone = options.TimeZone,
        Instances = options.Instances,
        AccessionSystem = options.AccessionSystem,
        Source = options.Source,
        TextHints = options.TextHints,
        Target = options.Target,
        Tables = options.Tables,
        MakeId = options.Privacy.KeepUids ? PlainId : new KeyedHash(KeyFile.Read(options.KeyPath)).Id,
    };

    static string PlainId(string recipe) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe)))[..32];
}
