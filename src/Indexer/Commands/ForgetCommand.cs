using System.Globalization;
using System.Text.Json;
using Dicom2Fhir.Indexer.Pseudonyms;
using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>
/// forget STUDYUID: removes a study everywhere. Reads of it answer 410; the files may still lie in the archive, so deliveries of it are skipped until
/// --undo lets it in again.
/// </summary>
static class ForgetCommand
{
    /// <summary>Of the inputs of a forgotten study.</summary>
    public const string Text = "the study was forgotten";

    public static async Task<int> RunAsync(Session session, string studyUid, bool undo, CancellationToken cancellationToken)
    {
        if (!Uids.IsUid(studyUid))
        {
            await Console.Error.WriteLineAsync("STUDYUID is digits and dots, at most 64 characters.");
            return 2;
        }

        var forgetter = new Forgetter(session.Store.Database, session.Extractor);
        if (undo)
        {
            var allowed = false;
            foreach (var uid in Names(session.Options, studyUid)) allowed |= await forgetter.AllowAsync(uid, cancellationToken);
            Console.Out.WriteLine(session.Json ? JsonSerializer.Serialize(new { allowed }) : allowed ? "Deliveries of the study are taken again." : "The study was not forgotten.");
            return 0;
        }

        var gone = new Forgotten(0, 0, 0);
        foreach (var uid in Names(session.Options, studyUid))
        {
            var one = await forgetter.ForgetAsync(uid, new ForgottenInput(Outcomes.Skipped, Reasons.Policy, Text), cancellationToken);
            gone = new Forgotten(gone.Resources + one.Resources, gone.Series + one.Series, gone.Inputs + one.Inputs);
        }

        Console.Out.WriteLine(session.Json
            ? JsonSerializer.Serialize(new { resources = gone.Resources, series = gone.Series, inputs = gone.Inputs })
            : string.Create(CultureInfo.InvariantCulture, $"{gone.Resources} resources and {gone.Series} series removed, {gone.Inputs} inputs are skipped from now on."));
        return 0;
    }

    /// <summary>What the study is stored under: where UIDs are pseudonymised also its pseudonym, since operators know the one and see the other.</summary>
    static string[] Names(IndexerOptions options, string studyUid) =>
        options.Privacy.KeepUids ? [studyUid] : [studyUid, new KeyedHash(KeyFile.Read(options.KeyPath)).Uid(studyUid)];
}
