using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>The body site of a series: codes first, then the text, then words of descriptions.</summary>
static class Sites
{
    public static Code? Of(Draft<ImagingStudy.SeriesComponent> series, TagRow row)
    {
        var codes = Coded(series).ToList();
        if (codes.Count == 0) codes = [.. Texts(series, row)];
        if (codes.Count == 0 && !series.Scope.Parts(row).Any(text => series.Tables.BodySites.OfText(text) is not BodySite.Placeholder)) codes = Hinted(series);
        return One(series, row, codes);
    }

    static IEnumerable<Code> Coded(Draft<ImagingStudy.SeriesComponent> series)
    {
        foreach (var ((codes, schemes), count) in series.Scope.Instances
            .CountBy(instance => (instance[TagMap.AnatomicRegionCode] ?? "", instance[TagMap.AnatomicRegionScheme] ?? "")).OrderBy(pair => pair.Key))
        {
            foreach (var (code, scheme) in CodedItems.Of(codes, schemes))
            {
                if (series.Tables.BodySites.OfCode(code, scheme) is BodySite.Known known)
                    foreach (var one in Enumerable.Repeat(known.Code, count)) yield return one;
                else
                    series.Scope.Note(Findings.Unmapped, TagMap.AnatomicRegionCode, Scope.Raw($"{code} ({scheme})"));
            }
        }
    }

    static IEnumerable<Code> Texts(Draft<ImagingStudy.SeriesComponent> series, TagRow row)
    {
        var scope = series.Scope;
        foreach (var (text, count) in scope.Parts(row).CountBy(text => text, StringComparer.Ordinal).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var site = series.Tables.BodySites.OfText(text);
            if (site is BodySite.Known known)
                foreach (var one in Enumerable.Repeat(known.Code, count)) yield return one;
            else if (site is BodySite.Placeholder)
                scope.Note(Findings.Placeholder, row, Scope.Raw(text), FindingSeverity.Information);
            else
                scope.Note(Findings.Unmapped, row, Scope.Raw(text));
        }
    }

    /// <summary>Of the nearest text that names a site.</summary>
    static List<Code> Hinted(Draft<ImagingStudy.SeriesComponent> series)
    {
        foreach (var texts in series.HintTexts())
        {
            var codes = texts.SelectMany(text => series.Tables.Hints.Sites(text, series.Modality)).ToList();
            if (codes.Count == 0) continue;
            series.Study.Derived.Add(Derived.BodySite);
            return codes;
        }

        return [];
    }

    static Code? One(Draft<ImagingStudy.SeriesComponent> series, TagRow row, List<Code> codes)
    {
        var distinct = codes.DistinctBy(code => code.Value).ToList();
        if (distinct.Count < 2) return distinct.FirstOrDefault();
        if (series.Tables.BodySites.Combined(distinct.Select(code => code.Value)) is { } combined) return combined;
        series.Scope.Note(Findings.Varies, row, $"{distinct.Count} body sites, the most frequent is sent");
        var value = Scope.MostFrequent(codes.Select(code => code.Value));
        return distinct.First(code => code.Value == value);
    }
}
