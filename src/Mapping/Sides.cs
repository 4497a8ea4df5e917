using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>The laterality of a series (PS3.16 CID 244).</summary>
static class Sides
{
    const string Bilateral = "B";

    sealed record Stated(string? Frames, string? Image, string? Series, string? Codes, string? Schemes);

    /// <summary>Left with right is bilateral (design decision 18); null when nothing states a side that has a code.</summary>
    public static Code? Of(Draft<ImagingStudy.SeriesComponent> series, TagRow row)
    {
        var stated = series.Scope.Instances
            .Select(instance => new Stated(
                instance[TagMap.FrameLaterality], instance[TagMap.ImageLaterality], instance[row], instance[TagMap.AnatomicModifierCode],
                instance[TagMap.AnatomicModifierScheme]))
            .Distinct().OrderBy(one => one.ToString(), StringComparer.Ordinal).ToList();
        var codes = stated.Select(one => OfOne(series, row, one)).OfType<Code>().ToList();
        if (codes.Count == 0 && stated.TrueForAll(IsSilent)) codes = Hinted(series);
        return Both(series.Tables, codes);
    }

    /// <summary>The most specific source that has a code: frames, image, series, modifier of the anatomic region.</summary>
    static Code? OfOne(Draft<ImagingStudy.SeriesComponent> series, TagRow row, Stated stated) =>
        OfText(series, TagMap.FrameLaterality, stated.Frames) ?? OfText(series, TagMap.ImageLaterality, stated.Image) ?? OfText(series, row, stated.Series)
        ?? OfModifier(series.Tables, stated);

    static bool IsSilent(Stated stated) =>
        string.IsNullOrEmpty(stated.Frames) && string.IsNullOrEmpty(stated.Image) && string.IsNullOrEmpty(stated.Series);

    static Code? OfText(Draft<ImagingStudy.SeriesComponent> series, TagRow row, string? value)
    {
        List<Code> codes = [];
        foreach (var side in Scope.Split(value ?? ""))
        {
            if (!series.Tables.Lateralities.TryGetValue(("", side.ToUpperInvariant()), out var code))
                series.Scope.Note(Findings.Unmapped, row, Scope.Raw(side));
            else if (code is not null) codes.Add(code);
        }

        return Both(series.Tables, codes);
    }

    /// <summary>Other modifiers than sides (anterior, distal) are normal there: no finding.</summary>
    static Code? OfModifier(CodeTables tables, Stated stated) => Both(
        tables,
        [.. CodedItems.Of(stated.Codes, stated.Schemes)
            .Select(item => tables.Lateralities.GetValueOrDefault((item.Scheme.ToUpperInvariant(), item.Code)))
            .OfType<Code>()]);

    /// <summary>Of the nearest text that names a side.</summary>
    static List<Code> Hinted(Draft<ImagingStudy.SeriesComponent> series)
    {
        foreach (var texts in series.HintTexts())
        {
            var codes = texts.SelectMany(series.Tables.Hints.Sides).Select(side => series.Tables.Lateralities.GetValueOrDefault(("", side))).OfType<Code>().ToList();
            if (codes.Count == 0) continue;
            series.Study.Derived.Add(Derived.Laterality);
            return codes;
        }

        return [];
    }

    static Code? Both(CodeTables tables, List<Code> codes) =>
        codes.DistinctBy(code => code.Value).Count() > 1 ? tables.Lateralities[("", Bilateral)] : codes.FirstOrDefault();
}
