namespace Dicom2Fhir.Mapping;

/// <summary>
/// The instances whose values go into one element, and the rules by which many values become one (design decision 18). No rule depends on the order
/// of the instances.
/// </summary>
/// <param name="Of">What the findings concern, "series 1.2.3"; "" for the study.</param>
sealed record Scope(IReadOnlyList<InstanceAttributes> Instances, string Of, FindingList Found)
{
    /// <summary>Longest raw value a finding repeats.</summary>
    const int LongestRaw = 64;

    /// <summary>The non-empty single values, one for each instance that states one.</summary>
    public IEnumerable<string> Stated(TagRow row) =>
        Instances.Select(instance => instance[row]).OfType<string>().Where(value => value.Length > 0 && value != Reading.Varied);

    /// <summary>True when the frames of an instance disagree about the value.</summary>
    public bool IsVaried(TagRow row) => Instances.Any(instance => instance[row] == Reading.Varied);

    /// <summary>The single values of all instances, multi-values taken apart, cleaned, without empty ones.</summary>
    public IEnumerable<string> Parts(TagRow row) => Stated(row).SelectMany(Split);

    /// <summary>The value of all that state one; null, and a finding, when they disagree.</summary>
    public string? Agreed(TagRow row)
    {
        string[] distinct =
            [.. Stated(row).Distinct().Select(FhirText.Clean).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal)];
        var varied = IsVaried(row);
        if (varied || distinct.Length > 1) Note(Findings.Varies, row, varied ? "the frames disagree" : $"{distinct.Length} values");
        return distinct.Length == 1 && !varied ? distinct[0] : null;
    }

    /// <summary>The most frequent value, of equally frequent ones the ordinal smallest.</summary>
    public string? MostFrequent(TagRow row) => MostFrequent(Stated(row).Select(FhirText.Clean).Where(text => text.Length > 0));

    public static string? MostFrequent(IEnumerable<string> values) =>
        values.CountBy(value => value, StringComparer.Ordinal)
            .OrderByDescending(pair => pair.Value)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => pair.Key)
            .FirstOrDefault();

    /// <summary>The smallest value an unsignedInt can hold; a finding for each that it cannot.</summary>
    public int? Smallest(TagRow row)
    {
        int? smallest = null;
        foreach (var text in Stated(row).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (DicomNumber.UnsignedInt(text) is not { } number) Note(Findings.BadNumber, row, Raw(text));
            else smallest = Math.Min(number, smallest ?? number);
        }

        return smallest;
    }

    public void Note(string code, TagRow row, string text, FindingSeverity severity = FindingSeverity.Warning) =>
        Found.Add(new Finding(code, severity, Of.Length == 0 ? row.Keyword : row.Keyword + " " + Of, text));

    /// <summary>The value as findings show it.</summary>
    public static string Raw(string value) =>
        FhirText.Clean(value) is var text && text.Length <= LongestRaw ? text : text[..LongestRaw];

    public static IEnumerable<string> Split(string value) => value.Split('\\').Select(FhirText.Clean).Where(text => text.Length > 0);
}
