using System.Globalization;
using System.Text.Json;
using Dicom2Fhir.Indexer.Pseudonyms;
using Dicom2Fhir.Indexer.Verification;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Verification;
using Npgsql;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>
/// verify: holds everything that is stored against what it was made from. It writes nothing but its own progress, and sees one moment of the database a
/// step, so index runs and searches may go on.
/// </summary>
sealed class VerifyCommand(Session session, VerifyProgress progress, TextWriter output)
{
    // A step sees one moment of the database and is what is done again after a cut.
    const int StudiesAStep = 200;
    const int ResourcesAStep = 500;

    static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);
    static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly Dictionary<string, long> dangling = [];
    readonly NpgsqlDataSource database = session.Store.Database;
    long violations;
    long shown = TimeProvider.System.GetTimestamp();

    /// <param name="output">Gets the violations and the last line.</param>
    public static async Task<int> RunAsync(Session session, bool resume, TextWriter output, CancellationToken cancellationToken)
    {
        await Identities.CheckAsync(session.Options, session.Store.Database, cancellationToken);
        var progress = await VerifyProgress.BeginAsync(session.Store.Database, resume, cancellationToken);
        return await new VerifyCommand(session, progress, output).RunAsync(cancellationToken);
    }

    async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (progress.Step.Length > 0) await Console.Error.WriteLineAsync($"Goes on behind {progress.Step}.");
        Write(progress.Found);
        // the steps in their order; the name says how far a verification came
        var (done, at) = progress.Step.Split(' ', 2) is [var step, var rest] ? (step, rest) : (progress.Step, "");
        if (done.Length == 0) await StateAsync(cancellationToken);
        if (done is "" or "state" or "block") await BlocksAsync(done == "block" ? at : "", cancellationToken);
        if (done is not "resource") await StudiesAsync(done == "study" ? at : "", cancellationToken);
        await ResourcesAsync(done == "resource" ? long.Parse(at, CultureInfo.InvariantCulture) : 0, cancellationToken);
        await progress.FinishAsync(cancellationToken);

        foreach (var (kind, count) in dangling.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{count} references of imports from {kind} point to nothing that is stored here."));
        output.WriteLine(session.Json
            ? JsonSerializer.Serialize(new { @checked = progress.Checked, violations })
            : string.Create(CultureInfo.InvariantCulture, $"{progress.Checked} checked, {violations} violations"));
        return violations > 0 ? 1 : 0;
    }

    async Task StateAsync(CancellationToken cancellationToken)
    {
        await using var snapshot = await StoreSnapshot.OpenAsync(database, cancellationToken);
        var found = new List<Violation>();
        await foreach (var violation in snapshot.CheckStateAsync(session.Extractor, cancellationToken)) found.Add(violation);
        await DoneAsync("state", 0, found, cancellationToken);
    }

    async Task BlocksAsync(string last, CancellationToken cancellationToken)
    {
        var behind = last.Length == 0 ? (-1, -1) : (int.Parse(last.Split(' ')[0], CultureInfo.InvariantCulture), int.Parse(last.Split(' ')[1], CultureInfo.InvariantCulture));
        IReadOnlyDictionary<ServedType, int> blocks;
        await using (var snapshot = await StoreSnapshot.OpenAsync(database, cancellationToken)) blocks = await snapshot.LastBlocksAsync(cancellationToken);
        foreach (var (type, newest) in blocks.OrderBy(pair => pair.Key.Number))
        {
            for (var block = 0; block <= newest; block++)
            {
                if (((int)type.Number, block).CompareTo(behind) <= 0) continue;
                await using var snapshot = await StoreSnapshot.OpenAsync(database, cancellationToken);
                var (found, rows) = await snapshot.CheckBlockAsync(session.Extractor, type, block, cancellationToken);
                await DoneAsync(string.Create(CultureInfo.InvariantCulture, $"block {type.Number} {block}"), rows, found, cancellationToken);
            }
        }
    }

    async Task StudiesAsync(string last, CancellationToken cancellationToken)
    {
        var mapping = IndexCommand.Mapping(session.Options);
        var gate = await session.GateAsync(cancellationToken);
        var numbers = await AttributeNumbers.OfAsync(database, Figures.Paths, cancellationToken);
        while (true)
        {
            await using var snapshot = await StoreSnapshot.OpenAsync(database, cancellationToken);
            var studies = await snapshot.StudiesAfterAsync(last, StudiesAStep, cancellationToken);
            if (studies.Count == 0) return;
            var found = await new StudyCheck(snapshot, mapping, gate, numbers).RunAsync(studies, cancellationToken);
            last = studies[^1];
            await DoneAsync("study " + last, studies.Count, found, cancellationToken);
        }
    }

    async Task ResourcesAsync(long last, CancellationToken cancellationToken)
    {
        var gate = await session.GateAsync(cancellationToken);
        while (true)
        {
            await using var snapshot = await StoreSnapshot.OpenAsync(database, cancellationToken);
            var rows = await snapshot.ResourcesAfterAsync(last, ResourcesAStep, cancellationToken);
            if (rows.Count == 0) return;
            var check = new ResourceCheck(snapshot, gate);
            var found = await check.RunAsync(rows, cancellationToken);
            foreach (var (kind, count) in check.Dangling) dangling[kind] = dangling.GetValueOrDefault(kind) + count;
            last = rows[^1].ResourceId;
            await DoneAsync(string.Create(CultureInfo.InvariantCulture, $"resource {last}"), rows.Count, found, cancellationToken);
        }
    }

    async Task DoneAsync(string step, long more, IReadOnlyCollection<Violation> found, CancellationToken cancellationToken)
    {
        Write(found);
        await progress.DoneAsync(step, more, found, cancellationToken);
        if (TimeProvider.System.GetElapsedTime(shown) < BetweenLines) return;
        shown = TimeProvider.System.GetTimestamp();
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{progress.Checked} of {progress.Total} checked, {violations} violations"));
    }

    void Write(IReadOnlyCollection<Violation> found)
    {
        violations += found.Count;
        foreach (var violation in found)
        {
            output.WriteLine(session.Json
                ? JsonSerializer.Serialize(new { check = violation.Check, resource = violation.Resource, text = violation.Text }, Readable)
                : $"{violation.Check,-12} {violation.Resource}: {violation.Text}");
        }
    }
}
