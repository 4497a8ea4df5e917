using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Microsoft.Extensions.Logging;
using Npgsql;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.Indexer;

/// <summary>What a batch wrote.</summary>
sealed record Written(int Studies, int Resources, int Quarantined);

/// <summary>
/// Writes the instances of a batch: merges them into the kept series, maps each study that changed, and writes resources, series, findings and ledger
/// rows in one transaction. A study whose instances disagree about the patient is withheld (design decision 15).
/// </summary>
sealed class StudyWriter(NpgsqlDataSource database, IndexExtractor extractor, MappingOptions mapping, bool keepNames, ILogger logger)
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
            var records = results.Select(result => Record(result, Outcomes.Quarantined, Reasons.Database, $"the database refuses a value ({refused.SqlState})")).ToList();
            await retry.RunAsync(() => new Ledger(database).RecordAsync(run, records, CancellationToken.None), stop);
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
        var kept = (await batch.LoadSeriesAsync(studyUids, cancellationToken))
            .Select(series => SeriesAttributes.Decode(series.Attributes))
            .ToLookup(series => series.StudyUid);
        var studies = results.GroupBy(result => result.Attributes!.StudyUid).Select(group => new StudyChange([.. kept[group.Key]], [.. group])).ToList();

        var refused = await WriteResourcesAsync(batch, studies, cancellationToken);
        await WriteWithheldAsync(batch, studies, cancellationToken);
        var accepted = studies.Where(study => !refused.Contains(study.Uid)).ToList();
        await SeriesKeeper.SaveAsync(database, batch, accepted, cancellationToken);
        await batch.RecordAsync(run, [.. studies.SelectMany(study => Records(study, refused.Contains(study.Uid)))], cancellationToken);
        await batch.CommitAsync(cancellationToken);
        return new Written(
            accepted.Count(study => !study.Conflict),
            studies.Sum(study => study.Written),
            studies.Where(study => study.Conflict || refused.Contains(study.Uid)).Sum(study => study.Results.Count));
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
        await SeriesKeeper.SaveAsync(database, batch, [.. studies.Where(study => !refused.Contains(study.Uid))], cancellationToken);
        await batch.CommitAsync(cancellationToken);
        return new Written(studies.Count, studies.Sum(study => study.Written), 0);
    }

    // Studies that an import holds under the same id or identifier stay the import's (design decision 13): their uids are returned, and nothing of them
    // is written.
    async Task<HashSet<string>> WriteResourcesAsync(WriteBatch batch, List<StudyChange> studies, CancellationToken cancellationToken)
    {
        foreach (var study in studies.Where(study => study.MustMap)) study.Mapped = StudyMapper.Map(study.After, mapping);
        var mapped = studies.Where(study => study.Mapped is not null).ToDictionary(study => study, study => study.Mapped!);
        var outcomes = await WriteAsync(batch, [.. mapped.Select(pair => (pair.Key, (Resource)pair.Value.Study))], cancellationToken);
        var refused = mapped.Keys.Zip(outcomes).Where(pair => pair.Second == WriteOutcome.IdConflict).Select(pair => pair.First).ToHashSet();
        var accepted = mapped.Where(pair => !refused.Contains(pair.Key)).ToList();

        var companions = accepted.SelectMany(pair => pair.Value.Companions.Select(companion => (pair.Key, companion))).ToList();
        await WriteAsync(batch, [.. companions.DistinctBy(pair => (pair.companion.TypeName, pair.companion.Id))], cancellationToken);
        await batch.SetCompanionsAsync(
            [.. accepted.Select(pair => pair.Key.Uid)],
            [.. companions.Select(pair => new Companion(pair.Key.Uid, TypeOf(pair.companion), pair.companion.Id!))], cancellationToken);

        var findings = accepted.SelectMany(pair => pair.Value.Findings.Select(finding =>
            new KeptFinding(pair.Key.Uid, finding.Code, (short)finding.Severity, finding.Where, finding.Text)));
        await batch.SaveFindingsAsync([.. mapped.Keys.Select(study => study.Uid)], [.. findings], cancellationToken);
        return [.. refused.Select(study => study.Uid)];
    }

    // Outcomes in the order of the resources; the versions written are counted for the study each stands with.
    static async Task<IReadOnlyList<WriteOutcome>> WriteAsync(
        WriteBatch batch, List<(StudyChange Study, Resource Resource)> resources, CancellationToken cancellationToken)
    {
        var outcomes = await batch.WriteAsync([.. resources.Select(pair => Write(pair.Resource))], cancellationToken);
        foreach (var ((study, _), outcome) in resources.Zip(outcomes))
            if (outcome is WriteOutcome.Created or WriteOutcome.Updated) study.Written++;
        return outcomes;
    }

    async Task WriteWithheldAsync(WriteBatch batch, List<StudyChange> studies, CancellationToken cancellationToken)
    {
        foreach (var study in studies)
        {
            if (study.Conflict && !study.WasConflict)
            {
                await batch.DeleteAsync(ServedType.ImagingStudy, [StudyMapper.StudyId(study.Uid, mapping)], Origin.Index, cancellationToken);
                await batch.SetCompanionsAsync([study.Uid], [], cancellationToken);
                await batch.SaveFindingsAsync([study.Uid], [], cancellationToken);
                await batch.ReclassifyAsync(study.Uid, (Outcomes.Accepted, null), (Outcomes.Quarantined, Reasons.PatientConflict, ConflictText), cancellationToken);
            }
            else if (study.WasConflict && !study.Conflict)
            {
                await batch.ReclassifyAsync(study.Uid, ([Outcomes.Quarantined], Reasons.PatientConflict), (Outcomes.Stored, null, null), cancellationToken);
            }
        }
    }

    IEnumerable<InputRecord> Records(StudyChange study, bool refused)
    {
        for (var i = 0; i < study.Results.Count; i++)
        {
            var record = refused ? Record(study.Results[i], Outcomes.Quarantined, Reasons.IdConflict, "an imported ImagingStudy has the same id or study identifier")
                : study.Conflict ? Record(study.Results[i], Outcomes.Quarantined, Reasons.PatientConflict, ConflictText)
                : Record(study.Results[i], study.Outcomes[i], null, null);
            yield return record with { ReplacedHash = study.Replaced[i] };
        }
    }

    InputRecord Record(HeaderResult result, string outcome, string? reason, string? text) =>
        InputRecords.Of(result.Input, outcome, reason, text, keepNames) with
        {
            StudyUid = result.Attributes!.StudyUid,
            SeriesUid = result.Attributes.SeriesUid,
            SopUid = result.Attributes.SopUid,
            Hash = result.Attributes.Hash(),
        };

    static ResourceWrite Write(Resource resource) =>
        new(TypeOf(resource), resource.Id!, MappedJson.Write(resource), resource, Origin.Index, ConformanceState.Unchecked);

    static ServedType TypeOf(Resource resource) => ServedType.Find(resource.TypeName)!;
}
