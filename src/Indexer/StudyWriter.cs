using Dicom2Fhir.Indexer.Commands;
using Dicom2Fhir.Indexer.Conformance;
using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dicom2Fhir.Indexer;

/// <summary>What a batch wrote.</summary>
sealed record Written(int Studies, int Resources, int Quarantined);

/// <summary>
/// Writes the instances of a batch: merges them into the kept series, maps each study that changed, and writes resources, series, findings and ledger
/// rows in one transaction. A study whose instances disagree about the patient is withheld (design decision 15).
/// </summary>
/// <param name="records">Null for a re-mapping, which has no inputs.</param>
sealed class StudyWriter(NpgsqlDataSource database, IndexExtractor extractor, MappingOptions mapping, WriteGate gate, InputRecords? records, ILogger logger)
{
    const string ConflictText = "the instances of the study name different patients; the study is withheld until they agree";

    readonly DatabaseRetry retry = new(logger);

    /// <param name="stop">Ends waiting for a database that is away.</param>
    /// <exception cref="StoreException">The database does not take the batch after several tries.</exception>
    public async Task<Written> WriteAsync(long run, IReadOnlyList<HeaderResult> results, CancellationToken stop)
    {
        if (results.Count == 0) return new Written(0, 0, 0);
        try
        {
            return await retry.RunAsync(() => WriteOnceAsync(run, results, CancellationToken.None), stop);
        }
        catch (PostgresException exception)
        {
            return await OneByOneAsync(run, results, exception, stop);
        }
    }

    // A value the database refuses must not hold up the studies beside it.
    async Task<Written> OneByOneAsync(long run, IReadOnlyList<HeaderResult> results, PostgresException refused, CancellationToken stop)
    {
        var studies = results.GroupBy(result => result.Attributes!.StudyUid).ToList();
        if (studies.Count == 1)
        {
            logger.StudyRefused(refused.SqlState);
            var turned = results.Select(result => Record(result, Outcomes.Quarantined, Reasons.Database, $"the database refuses a value ({refused.SqlState})")).ToList();
            await retry.RunAsync(() => new Ledger(database).RecordAsync(run, turned, CancellationToken.None), stop);
            return new Written(0, 0, results.Count);
        }

        var total = new Written(0, 0, 0);
        foreach (var study in studies)
        {
            var written = await WriteAsync(run, [.. study], stop);
            total = new Written(total.Studies + written.Studies, total.Resources + written.Resources, total.Quarantined + written.Quarantined);
        }

        return total;
    }

    async Task<Written> WriteOnceAsync(long run, IReadOnlyList<HeaderResult> results, CancellationToken cancellationToken)
    {
        var studyUids = results.Select(result => result.Attributes!.StudyUid).Distinct().ToList();
        await using var batch = await WriteBatch.BeginAsync(database, extractor, studyUids, cancellationToken);
        var forgotten = await batch.ForgottenAsync(studyUids, cancellationToken);
        if (forgotten.Count > 0)
        {
            var turned = results.Where(result => forgotten.Contains(result.Attributes!.StudyUid));
            await batch.RecordAsync(run, [.. turned.Select(result => records!.Of(result.Input, Outcomes.Skipped, Reasons.Policy, ForgetCommand.Text))], cancellationToken);
            results = [.. results.Where(result => !forgotten.Contains(result.Attributes!.StudyUid))];
        }

        var kept = (await batch.LoadSeriesAsync(studyUids, cancellationToken))
            .Select(series => SeriesAttributes.Decode(series.Attributes))
            .ToLookup(series => series.StudyUid);
        var studies = results.GroupBy(result => result.Attributes!.StudyUid).Select(group => new StudyChange([.. kept[group.Key]], [.. group])).ToList();

        var refused = await WriteResourcesAsync(batch, studies, cancellationToken);
        await WriteWithheldAsync(batch, studies, cancellationToken);
        var accepted = studies.Where(study => !refused.ContainsKey(study.Uid)).ToList();
        await SeriesKeeper.SaveAsync(database, batch, accepted, cancellationToken);
        await batch.RecordAsync(run, [.. studies.SelectMany(study => Records(study, refused.GetValueOrDefault(study.Uid)))], cancellationToken);
        await batch.CommitAsync(cancellationToken);
        return new Written(
            accepted.Count(study => !study.Conflict),
            studies.Sum(study => study.Written),
            studies.Where(study => study.Conflict || refused.ContainsKey(study.Uid)).Sum(study => study.Results.Count));
    }

    /// <summary>Maps kept studies again; what comes out equal is not written.</summary>
    /// <param name="stop">Ends waiting for a database that is away.</param>
    public Task<Written> RemapAsync(IReadOnlyCollection<string> studyUids, CancellationToken stop) =>
        retry.RunAsync(() => RemapOnceAsync(studyUids, CancellationToken.None), stop);

    async Task<Written> RemapOnceAsync(IReadOnlyCollection<string> studyUids, CancellationToken cancellationToken)
    {
        await using var batch = await WriteBatch.BeginAsync(database, extractor, studyUids, cancellationToken);
        var studies = (await batch.LoadSeriesAsync(studyUids, cancellationToken)).GroupBy(series => series.StudyUid)
            .Select(series => new StudyChange([.. series.Select(one => SeriesAttributes.Decode(one.Attributes))])).ToList();
        var refused = await WriteResourcesAsync(batch, studies, cancellationToken);
        foreach (var study in studies.Where(study => refused.ContainsKey(study.Uid)))
        {
            study.Mapped = null;
            if (refused[study.Uid] is not { Reason: Reasons.Nonconformant } refusal) continue;

            // as a fresh index leaves it; what was kept stays, so that another mapping can bring it back
            await WithholdAsync(batch, study.Uid, refusal.Reason, refusal.Text, cancellationToken);
        }

        await SeriesKeeper.SaveAsync(database, batch, studies, cancellationToken);
        await batch.CommitAsync(cancellationToken);
        return new Written(studies.Count, studies.Sum(study => study.Written), 0);
    }

    /// <summary>
    /// The studies that are refused: those that break their profile, and those that an import holds under the same id or identifier, which stay the
    /// import's (design decision 13). Nothing of them is written.
    /// </summary>
    async Task<Dictionary<string, Refusal>> WriteResourcesAsync(WriteBatch batch, List<StudyChange> studies, CancellationToken cancellationToken)
    {
        var mapped = studies.Where(study => study.MustMap).AsParallel().AsOrdered().Select(study => (Study: study, Gated: gate.Pass(study.Mapped = StudyMapper.Map(study.After, mapping)))).ToList();
        var refused = mapped.Where(pair => pair.Gated.Refusal is not null)
            .ToDictionary(pair => pair.Study.Uid, pair => new Refusal(Reasons.Nonconformant, pair.Gated.Refusal!));
        var passed = mapped.Where(pair => pair.Gated.Refusal is null).ToList();
        var outcomes = await WriteAsync(batch, [.. passed.Select(pair => (pair.Study, pair.Gated.Study!))], cancellationToken);
        foreach (var ((study, _), outcome) in passed.Zip(outcomes))
            if (outcome == WriteOutcome.IdConflict) refused[study.Uid] = new Refusal(Reasons.IdConflict, "an imported ImagingStudy has the same id or study identifier");
        var accepted = mapped.Where(pair => !refused.ContainsKey(pair.Study.Uid)).ToList();

        var companions = accepted.SelectMany(pair => pair.Gated.Companions.Select(companion => (pair.Study, companion))).ToList();
        await WriteAsync(batch, [.. companions.DistinctBy(pair => (pair.companion.Type, pair.companion.Id))], cancellationToken);
        await batch.SetCompanionsAsync(
            [.. accepted.Select(pair => pair.Study.Uid)], [.. companions.Select(pair => new Companion(pair.Study.Uid, pair.companion.Type, pair.companion.Id))], cancellationToken);

        var findings = accepted.SelectMany(pair => pair.Gated.Findings.Select(finding => finding.Kept(pair.Study.Uid)));
        await batch.SaveFindingsAsync([.. accepted.Select(pair => pair.Study.Uid)], [.. findings], cancellationToken);
        return refused;
    }

    // Outcomes in the order of the resources; the versions written are counted for the study each stands with.
    static async Task<IReadOnlyList<WriteOutcome>> WriteAsync(
        WriteBatch batch, List<(StudyChange Study, ResourceWrite Write)> writes, CancellationToken cancellationToken)
    {
        var outcomes = await batch.WriteAsync([.. writes.Select(pair => pair.Write)], cancellationToken);
        foreach (var ((study, _), outcome) in writes.Zip(outcomes))
            if (outcome is WriteOutcome.Created or WriteOutcome.Updated) study.Written++;
        return outcomes;
    }

    async Task WriteWithheldAsync(WriteBatch batch, List<StudyChange> studies, CancellationToken cancellationToken)
    {
        foreach (var study in studies)
        {
            if (study.Conflict && !study.WasConflict)
            {
                await WithholdAsync(batch, study.Uid, Reasons.PatientConflict, ConflictText, cancellationToken);
            }
            else if (study.WasConflict && !study.Conflict)
            {
                await batch.ReclassifyAsync(study.Uid, ([Outcomes.Quarantined], Reasons.PatientConflict), (Outcomes.Stored, null, null), cancellationToken);
            }
        }
    }

    async Task WithholdAsync(WriteBatch batch, string studyUid, string reason, string text, CancellationToken cancellationToken)
    {
        await batch.DeleteAsync(ServedType.ImagingStudy, [StudyMapper.StudyId(studyUid, mapping)], Origin.Index, cancellationToken);
        await batch.SetCompanionsAsync([studyUid], [], cancellationToken);
        await batch.SaveFindingsAsync([studyUid], [], cancellationToken);
        await batch.ReclassifyAsync(studyUid, (Outcomes.Accepted, null), (Outcomes.Quarantined, reason, text), cancellationToken);
    }

    IEnumerable<InputRecord> Records(StudyChange study, Refusal? refused)
    {
        for (var i = 0; i < study.Results.Count; i++)
        {
            var record = refused is not null ? Record(study.Results[i], Outcomes.Quarantined, refused.Reason, refused.Text)
                : study.Conflict ? Record(study.Results[i], Outcomes.Quarantined, Reasons.PatientConflict, ConflictText)
                : Record(study.Results[i], study.Outcomes[i], null, null);
            yield return record with { ReplacedHash = study.Replaced[i] };
        }
    }

    InputRecord Record(HeaderResult result, string outcome, string? reason, string? text) =>
        records!.Of(result.Input, outcome, reason, text) with
        {
            StudyUid = result.Attributes!.StudyUid,
            SeriesUid = result.Attributes.SeriesUid,
            SopUid = result.Attributes.SopUid,
            Hash = result.Attributes.Hash(),
        };

    sealed record Refusal(string Reason, string Text);
}
