namespace Dicom2Fhir.Mapping;

/// <summary>The laterality of a series (PS3.16 CID 244).</summary>
static class Sides
{
    const string Bilateral = "B";

    /// <summary>Left with right is bilateral (design decision 18); null when no instance states a side that has a code.</summary>
    public static Code? Of(Scope scope, TagRow series)
    {
        var codes = scope.Instances
            .Select(instance => (Image: instance[TagMap.ImageLaterality], Series: instance[series],
                Code: instance[TagMap.AnatomicModifierCode], Scheme: instance[TagMap.AnatomicModifierScheme]))
            .Distinct()
            .Order()
            .Select(stated => OfOne(scope, series, stated))
            .OfType<Code>()
            .DistinctBy(code => code.Value)
            .ToList();
        return codes.Count < 2 ? codes.FirstOrDefault() : CodeTables.Lateralities[("", Bilateral)];
    }

    /// <summary>The most specific source that has a code: the image, the series, the modifier of the anatomic region.</summary>
    static Code? OfOne(Scope scope, TagRow row, (string? Image, string? Series, string? Code, string? Scheme) stated) =>
        OfText(scope, TagMap.ImageLaterality, stated.Image) ?? OfText(scope, row, stated.Series) ?? OfModifier(stated.Code, stated.Scheme);

    static Code? OfText(Scope scope, TagRow row, string? value)
    {
        List<Code> codes = [];
        foreach (var side in Scope.Split(value ?? ""))
        {
            if (!CodeTables.Lateralities.TryGetValue(("", side.ToUpperInvariant()), out var code))
                scope.Note(Findings.Unmapped, row, Scope.Raw(side));
            else if (code is not null) codes.Add(code);
        }

        return Both(codes);
    }

    /// <summary>Other modifiers than sides (anterior, distal) are normal there: no finding.</summary>
    static Code? OfModifier(string? codes, string? schemes) => Both(
        [.. CodedItems.Of(codes, schemes)
            .Select(item => CodeTables.Lateralities.GetValueOrDefault((item.Scheme.ToUpperInvariant(), item.Code)))
            .OfType<Code>()]);

    static Code? Both(List<Code> codes) =>
        codes.DistinctBy(code => code.Value).Count() > 1 ? CodeTables.Lateralities[("", Bilateral)] : codes.FirstOrDefault();
}
