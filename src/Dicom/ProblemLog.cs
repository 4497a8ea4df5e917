namespace Dicom2Fhir.Dicom;

/// <summary>Collects the problems of one input, at most <see cref="Limits.Problems"/>.</summary>
sealed class ProblemLog(int limit)
{
    // Stands for "wherever": no element has this tag.
    const uint AnyTag = uint.MaxValue;

    readonly List<ReadProblem> problems = [];
    readonly HashSet<(string Code, uint Tag)> known = [];

    public IReadOnlyList<ReadProblem> Problems => problems;

    /// <summary>True the first time for a code and tag. Asked before a path is put together: hostile files repeat one fault a million times.</summary>
    public bool IsNew(string code, uint tag = AnyTag) => problems.Count < limit && known.Add((code, tag));

    public void Add(string code, string tagPath, long offset, string text)
    {
        if (problems.Count < limit) problems.Add(new(code, tagPath, offset, text));
    }

    /// <summary>For faults that repeat: one entry an input says enough.</summary>
    public void AddOnce(string code, string tagPath, long offset, string text)
    {
        if (IsNew(code)) Add(code, tagPath, offset, text);
    }
}
