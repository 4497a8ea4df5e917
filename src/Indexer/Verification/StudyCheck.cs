using Dicom2Fhir.Indexer.Conformance;
using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Verification;

namespace Dicom2Fhir.Indexer.Verification;

/// <summary>Kept studies against a fresh mapping: resources, companions, findings, figures, and the inputs that brought them.</summary>
sealed class StudyCheck(StoreSnapshot snapshot, MappingOptions mapping, WriteGate gate, IReadOnlyDictionary<string, short> numbers)
{
    /// <param name="Stored">What must be stored; null for a study that is withheld or an import's.</param>
    sealed record FreshStudy(string Uid, IReadOnlyList<SeriesAttributes> Series, MappedStudy? Mapped, GatedStudy? Stored);

    readonly List<Violation> violations = [];

    public async Task<IReadOnlyList<Violation>> RunAsync(IReadOnlyList<string> studyUids, CancellationToken cancellationToken)
    {
        var imported = await snapshot.ImportedAsync(studyUids, cancellationToken);
        var studies = (await snapshot.SeriesAsync(studyUids, cancellationToken)).GroupBy(series => series.StudyUid)
            .Select(group => Map(group.Key, [.. group.Select(Decode).OfType<SeriesAttributes>()], group.Count(), imported)).OfType<FreshStudy>().ToList();
        await CheckResourcesAsync(studies, cancellationToken);
        await CheckDerivedAsync(studies, cancellationToken);
        await CheckLedgerAsync(studies, cancellationToken);
        return violations;
    }

    SeriesAttributes? Decode(KeptSeries row)
    {
        SeriesAttributes series;
        try
        {
            series = SeriesAttributes.Decode(row.Attributes);
        }
        catch (InvalidDataException)
        {
            violations.Add(new Violation(Checks.Counts, row.StudyUid, $"the kept attributes of series {row.SeriesUid} cannot be read"));
            return null;
        }

        if (series.StudyUid != row.StudyUid || series.SeriesUid != row.SeriesUid)
            violations.Add(new Violation(Checks.Counts, row.StudyUid, $"the attributes kept as series {row.SeriesUid} are of another"));
        if (series.Instances.Count != row.Instances)
            violations.Add(new Violation(Checks.Counts, row.StudyUid, $"series {row.SeriesUid} counts {row.Instances} instances and has {series.Instances.Count}"));
        return series.StudyUid == row.StudyUid ? series : null;
    }

    // A study of which a series cannot be read cannot be mapped either; that was said.
    FreshStudy? Map(string uid, IReadOnlyList<SeriesAttributes> series, int rows, IReadOnlySet<string> imported)
    {
        if (series.Count < rows) return null;
        if (StudyMapper.Subjects(series).Count > 1 || imported.Contains(uid)) return new FreshStudy(uid, series, null, null);
        var mapped = StudyMapper.Map(series, mapping);
        var gated = gate.Pass(mapped);
        return gated.Study is null ? new FreshStudy(uid, series, null, null) : new FreshStudy(uid, series, mapped, gated);
    }

    async Task CheckResourcesAsync(List<FreshStudy> studies, CancellationToken cancellationToken)
    {
        var expected = studies.Where(study => study.Stored is not null)
            .SelectMany(study => ((IEnumerable<ResourceWrite>)[study.Stored!.Study!, .. study.Stored.Companions]).Select(write => (study.Uid, Write: write)))
            .DistinctBy(pair => (pair.Write.Type, pair.Write.Id)).ToList();
        var withheld = studies.Where(study => study.Stored is null).Select(study => (study.Uid, Id: StudyMapper.StudyId(study.Uid, mapping))).ToList();
        var states = (await snapshot.StatesAsync(
                [.. expected.Select(pair => (pair.Write.Type, pair.Write.Id)), .. withheld.Select(pair => (ServedType.ImagingStudy, pair.Id))], cancellationToken))
            .ToDictionary(state => (ServedType.Find(state.TypeNumber), state.Id));

        foreach (var (uid, write) in expected)
        {
            var name = $"{write.Type.Name}/{write.Id}";
            var state = states.GetValueOrDefault((write.Type, write.Id));
            if (state is { Deleted: false, Origin: (short)Origin.Import }) continue;        // a companion that an import holds stays the import's
            if (state is null || state.Deleted) violations.Add(new Violation(Checks.Mapping, name, $"study {uid} maps to it, and it is not stored"));
            else if (!state.ContentHash.AsSpan().SequenceEqual(DocumentCheck.Hash(write.Json)))
                violations.Add(new Violation(Checks.Mapping, name, $"it is not what study {uid} maps to"));
        }

        foreach (var (uid, id) in withheld.Where(pair => states.GetValueOrDefault((ServedType.ImagingStudy, pair.Id)) is { Deleted: false, Origin: (short)Origin.Index }))
            violations.Add(new Violation(Checks.Mapping, $"ImagingStudy/{id}", $"stored, though study {uid} must be withheld"));
    }

    async Task CheckDerivedAsync(List<FreshStudy> studies, CancellationToken cancellationToken)
    {
        string[] uids = [.. studies.Select(study => study.Uid)];
        var stored = studies.Where(study => study.Stored is not null).ToList();
        var findings = stored.SelectMany(study => study.Stored!.Findings.Select(finding => finding.Kept(study.Uid))).ToList();
        var companions = stored.SelectMany(study => study.Stored!.Companions.Select(write => new Companion(study.Uid, write.Type, write.Id))).ToList();
        var figures = studies.SelectMany(study =>
        {
            var fresh = study.Mapped is null ? new Dictionary<string, SeriesFigures>() : Figures.Of(study.Series, study.Mapped, numbers);
            return study.Series.Select(series => (study.Uid, series.SeriesUid, fresh.GetValueOrDefault(series.SeriesUid)));
        }).ToList();

        Add(await snapshot.OtherFindingsAsync(uids, findings, cancellationToken), "its findings are not those of a fresh mapping");
        Add(await snapshot.OtherCompanionsAsync(uids, companions, cancellationToken), "its companions are not those of a fresh mapping");
        Add(await snapshot.OtherFiguresAsync(figures, cancellationToken), "the figures of the series are not those of a fresh mapping");

        void Add(IEnumerable<string> resources, string text) => violations.AddRange(resources.Select(resource => new Violation(Checks.Derived, resource, text)));
    }

    async Task CheckLedgerAsync(List<FreshStudy> studies, CancellationToken cancellationToken)
    {
        var kept = studies.SelectMany(study => study.Series).SelectMany(series => series.Instances)
            .Select(instance => new AcceptedInstance(instance.StudyUid, instance.SeriesUid, instance.SopUid)).ToHashSet();
        foreach (var lost in (await snapshot.AcceptedAsync([.. studies.Select(study => study.Uid)], cancellationToken)).Where(instance => !kept.Contains(instance)))
            violations.Add(new Violation(Checks.Ledger, lost.StudyUid, $"an input was accepted for instance {lost.SopUid}, which is not kept"));
    }
}
