using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Indexer;

/// <summary>One study of a batch: what was kept, what came, what it is now.</summary>
sealed class StudyChange
{
    readonly bool mappedAnew;

    /// <summary>A study that is mapped again from what was kept.</summary>
    public StudyChange(IReadOnlyList<SeriesAttributes> kept)
    {
        mappedAnew = true;
        Results = [];
        Uid = kept[0].StudyUid;
        After = [.. kept.OrderBy(one => one.SeriesUid, StringComparer.Ordinal)];
        Changed = [];
        WasConflict = Conflict = StudyMapper.Subjects(kept).Count > 1;
    }

    /// <param name="before">The kept series.</param>
    /// <param name="results">Instances of the study in the order they count: the later wins.</param>
    public StudyChange(IReadOnlyList<SeriesAttributes> before, IReadOnlyList<HeaderResult> results)
    {
        Results = results;
        Uid = results[0].Attributes!.StudyUid;
        var series = before.ToDictionary(one => one.SeriesUid);
        var known = before.SelectMany(one => one.Instances).ToDictionary(instance => (instance.SeriesUid, instance.SopUid));
        var changed = new HashSet<string>();
        foreach (var result in results)
        {
            var instance = result.Attributes!;
            var key = (instance.SeriesUid, instance.SopUid);
            var replaced = known.GetValueOrDefault(key);
            known[key] = instance;
            var change = replaced is null ? Indexer.Outcomes.Stored : replaced.SameAs(instance) ? Indexer.Outcomes.Unchanged : Indexer.Outcomes.Updated;
            Outcomes.Add(change);
            Replaced.Add(change == Indexer.Outcomes.Updated ? replaced!.Hash() : null);
            if (change != Indexer.Outcomes.Unchanged) changed.Add(instance.SeriesUid);
        }

        foreach (var group in results.Select(result => result.Attributes!).GroupBy(instance => instance.SeriesUid))
        {
            var latest = group.Reverse().DistinctBy(instance => instance.SopUid).ToList();
            series[group.Key] = series.TryGetValue(group.Key, out var old) ? old.Merge(latest).Series : SeriesAttributes.Of(latest);
        }

        After = [.. series.Values.OrderBy(one => one.SeriesUid, StringComparer.Ordinal)];
        Changed = [.. After.Where(one => changed.Contains(one.SeriesUid))];
        WasConflict = StudyMapper.Subjects(before).Count > 1;
        Conflict = StudyMapper.Subjects(After).Count > 1;
    }

    public string Uid { get; }

    public IReadOnlyList<HeaderResult> Results { get; }

    /// <summary>One of <see cref="Results"/> each: stored, updated or unchanged.</summary>
    public List<string> Outcomes { get; } = [];

    /// <summary>Hash of what a correction replaced, else null; one of <see cref="Results"/> each.</summary>
    public List<byte[]?> Replaced { get; } = [];

    public IReadOnlyList<SeriesAttributes> After { get; }

    public IReadOnlyList<SeriesAttributes> Changed { get; }

    public bool WasConflict { get; }

    public bool Conflict { get; }

    /// <summary>True when the resource may differ from what is stored.</summary>
    public bool MustMap => !Conflict && (Changed.Count > 0 || WasConflict || mappedAnew);

    /// <summary>What <see cref="After"/> maps to; null before, and when it is not mapped.</summary>
    public MappedStudy? Mapped { get; set; }

    /// <summary>Versions written for it.</summary>
    public int Written { get; set; }
}
