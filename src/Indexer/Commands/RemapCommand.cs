using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dicom2Fhir.Indexer.Pseudonyms;
using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>
/// remap: maps every kept study again after a changed code table, setting or program. It needs no files, searches go on meanwhile, and it ends in what
/// a fresh index of the same files writes. A batch at a time, each whole or not there; what was cut off goes on at the next call.
/// </summary>
static class RemapCommand
{
    public static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var options = session.Options;
        await Identities.CheckAsync(options, session.Store.Database, cancellationToken);
        var mapping = IndexCommand.Mapping(options);
        var gate = await session.GateAsync(cancellationToken);
        var writer = new StudyWriter(session.Store.Database, session.Extractor, mapping, gate, records: null, session.Logger);
        await using var progress = await RemapProgress.BeginAsync(session.Store.Database, Goal(mapping), cancellationToken);
        var steps = new StepProgress(Console.Error, "studies", await progress.LeftAsync(cancellationToken), TimeProvider.System);
        if (progress.IsResumed) await Console.Error.WriteLineAsync("Goes on where the last remap was cut off.");
        await session.RunAsync("remap", gate, _ => RunAsync(session, writer, progress, steps, cancellationToken), cancellationToken);

        Console.Out.WriteLine(session.Json
            ? JsonSerializer.Serialize(new { studies = steps.Done, resources = session.Progress.Resources, seconds = Math.Round(steps.Seconds, 3) })
            : string.Create(CultureInfo.InvariantCulture, $"{steps.Done} studies mapped again in {steps.Seconds:0.0} s: {session.Progress.Resources} resource versions written"));
        return 0;
    }

    static async Task RunAsync(Session session, StudyWriter writer, RemapProgress progress, StepProgress steps, CancellationToken cancellationToken)
    {
        var retry = new DatabaseRetry(session.Logger);
        while (!cancellationToken.IsCancellationRequested)
        {
            var studies = await retry.RunAsync(() => progress.NextAsync(cancellationToken), cancellationToken);
            if (studies.Count == 0)
            {
                await retry.RunAsync(() => progress.FinishAsync(cancellationToken), cancellationToken);
                return;
            }

            var written = await writer.RemapAsync(studies, cancellationToken);
            await retry.RunAsync(() => progress.DoneAsync(studies[^1], CancellationToken.None), cancellationToken);
            session.Progress.Wrote(written.Studies, written.Resources);
            steps.Add(studies.Count);
        }
    }

    /// <summary>What the result of a mapping depends on besides the kept attributes: the program and the settings.</summary>
    static string Goal(MappingOptions options) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\n', typeof(TagMap).Module.ModuleVersionId, options.TimeZone.Id, options.Instances, options.AccessionSystem, options.Source,
        options.TextHints, options.Target, options.Tables.Fingerprint))))[..32];
}
