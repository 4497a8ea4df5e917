namespace Dicom2Fhir.Mapping;

/// <summary>The findings of one study, each once.</summary>
sealed class FindingList
{
    /// <summary>Texts kept for one code and place: enough to see the pattern; a series may have 10,000 instances with a value each.</summary>
    const int MostTexts = 10;

    readonly List<Finding> findings = [];

    readonly HashSet<Finding> known = [];

    readonly Dictionary<(string Code, string Where), int> texts = [];

    readonly Dictionary<string, HashSet<string>> unused = new(StringComparer.Ordinal);

    public IReadOnlyList<Finding> All => findings;

    /// <summary>Every text, by place, that a value was left out for: for the report, which counts them all.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Unused => unused;

    public void Add(Finding finding)
    {
        if (!known.Add(finding)) return;
        if (Findings.LeavesValueOut(finding.Code))
        {
            if (!unused.TryGetValue(finding.Where, out var values)) unused[finding.Where] = values = new HashSet<string>(StringComparer.Ordinal);
            values.Add(finding.Text);
        }

        var count = texts[(finding.Code, finding.Where)] = texts.GetValueOrDefault((finding.Code, finding.Where)) + 1;
        if (count <= MostTexts) findings.Add(finding);
    }
}
