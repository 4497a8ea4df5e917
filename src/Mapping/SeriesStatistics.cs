namespace Dicom2Fhir.Mapping;

/// <summary>How many instances of a series have an attribute with and without a value.</summary>
public sealed record AttributeCount(TagRow Row, int Present, int Empty);

/// <summary>A value that reached no element, and how many instances state it; null: all values beyond the most frequent ones.</summary>
public sealed record UnusedValue(TagRow Row, string? Value, int Instances);

/// <summary>What the completeness report counts of one series: attributes that any instance has, values that were not mapped, what was sent.</summary>
/// <param name="BodySite">Code and display; null without.</param>
public sealed record SeriesStatistics(
    string SeriesUid, string Modality, string? BodySite, string? Laterality, IReadOnlyList<AttributeCount> Attributes, IReadOnlyList<UnusedValue> Unused)
{
    /// <summary>Distinct values kept of one attribute of a series: the report shows the most frequent ones, and free numbers have no end.</summary>
    const int MostValues = 20;

    /// <summary>The statistics of every series of a mapped study.</summary>
    /// <param name="series">What <paramref name="study"/> was mapped from.</param>
    public static IReadOnlyList<SeriesStatistics> Of(IReadOnlyList<SeriesAttributes> series, MappedStudy study)
    {
        var sent = study.Study.Series.ToDictionary(one => one.Uid!, StringComparer.Ordinal);
        return [.. series.Select(one => Of(one, sent[one.SeriesUid], study))];
    }

    /// <summary>Rows whose values are kept, so that they can be counted.</summary>
    public static bool IsCounted(TagRow row) => row.Privacy is not (Privacy.ScrubberOnly or Privacy.PatientIdIssuer);

    static SeriesStatistics Of(SeriesAttributes series, Hl7.Fhir.Model.ImagingStudy.SeriesComponent sent, MappedStudy study)
    {
        var attributes = new List<AttributeCount>();
        var unused = new List<UnusedValue>();
        foreach (var row in TagMap.ByPath.Where(IsCounted))
        {
            var values = series.Instances.Select(instance => instance[row]).OfType<string>().ToList();
            if (values.Count == 0) continue;
            var stated = values.FindAll(value => value.Length > 0);
            attributes.Add(new AttributeCount(row, stated.Count, values.Count - stated.Count));
            unused.AddRange(UnusedOf(row, stated, study.UnusedOf(row, series.SeriesUid)));
        }

        return new SeriesStatistics(series.SeriesUid, sent.Modality.Code!, Text(sent.BodySite), Text(sent.Laterality), attributes, unused);
    }

    /// <summary>Values of a row without a target, and those the mapping noted; never values that identify.</summary>
    static IEnumerable<UnusedValue> UnusedOf(TagRow row, List<string> stated, IReadOnlySet<string> noted)
    {
        if (stated.Count == 0 || (row.Target.Length > 0 && noted.Count == 0)) return [];
        var texts = ByPart(noted);
        var counted = stated.Select(value => row.Target.Length == 0 ? Scope.Raw(value) : Noted(value, noted, texts)).OfType<string>()
            .CountBy(value => value, StringComparer.Ordinal).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        var shown = row.Privacy is Privacy.Keep or Privacy.Text ? MostValues : 0;
        var rest = counted.Skip(shown).Sum(pair => pair.Value);
        var unused = counted.Take(shown).Select(pair => new UnusedValue(row, pair.Key, pair.Value));
        return rest == 0 ? unused : unused.Append(new UnusedValue(row, null, rest));
    }

    /// <summary>Noted texts by the part of a value they stand for: the text itself, and the code of "code (scheme)".</summary>
    static Dictionary<string, string> ByPart(IReadOnlySet<string> noted)
    {
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var text in noted.Order(StringComparer.Ordinal))
        {
            texts.TryAdd(text, text);
            if (text.IndexOf(" (", StringComparison.Ordinal) is > 0 and var end) texts.TryAdd(text[..end], text);
        }

        return texts;
    }

    /// <summary>The noted text for the whole value, or for one of several.</summary>
    static string? Noted(string value, IReadOnlySet<string> noted, Dictionary<string, string> texts) =>
        Scope.Split(value).Prepend(value).Select(Scope.Raw).Select(part => noted.Contains(part) ? part : texts.GetValueOrDefault(part))
            .FirstOrDefault(text => text is not null);

    static string? Text(Hl7.Fhir.Model.Coding? coding) => coding is null ? null : $"{coding.Code} {coding.Display}".TrimEnd();
}
