namespace Dicom2Fhir.Dicom;

/// <summary>Collects the problems of one input: each code and path once, at most <see cref="Limits.Problems"/>.</summary>
sealed class ProblemLog(int limit)
{
    readonly List<ReadProblem> problems = [];

    public IReadOnlyList<ReadProblem> Problems => problems;

    public void Add(string code, string tagPath, long offset, string text)
    {
        if (problems.Count >= limit) return;
        foreach (var known in problems)
        {
            if (known.Code == code && known.TagPath == tagPath) return;
        }

        problems.Add(new(code, tagPath, offset, text));
    }

    /// <summary>For faults that repeat in every value: one entry an input says enough.</summary>
    public void AddOnce(string code, string tagPath, long offset, string text)
    {
        foreach (var known in problems)
        {
            if (known.Code == code) return;
        }

        Add(code, tagPath, offset, text);
    }
}
