using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class SeriesElementsTests
{
    [Theory]
    [InlineData("CHEST", "43799004", null, "defined term")]
    [InlineData(" chest ", "43799004", null, "case and blanks")]
    [InlineData("THORAX", "43799004", null, "a term of its own with the same code")]
    [InlineData("C-SPINE", "122494005", null, "known spelling")]
    [InlineData("LUMBAR_SPINE", "122496007", null, "known spelling")]
    [InlineData("Schädel", "89546000", null, "German with an umlaut")]
    [InlineData("SCHAEDEL", "89546000", null, "umlaut written out")]
    [InlineData("SCHADEL", "89546000", null, "umlaut lost")]
    [InlineData("Scha\u0308del", "89546000", null, "umlaut in two characters")]
    [InlineData("CHEST\\ABDOMEN", "416550000", null, "two values make the combined term")]
    [InlineData("UNKNOWN", null, Findings.Placeholder, "filler")]
    [InlineData("-", null, Findings.Placeholder, "filler")]
    [InlineData("PHANTOM", null, Findings.Unmapped, "no body structure")]
    [InlineData("XYZ", null, Findings.Unmapped, "no term")]
    [InlineData("", null, null, "present without a value")]
    [InlineData(null, null, null, "absent")]
    public void Body_part_text_becomes_snomed(string? header, string? expected, string? finding, string reason)
    {
        var mapped = Build.MapOne((TagMap.BodyPartExamined, header));

        Assert.True(expected == mapped.Study.Series[0].BodySite?.Code, $"{reason}: {mapped.Study.Series[0].BodySite?.Code}");
        Assert.Equal(finding, mapped.Findings.SingleOrDefault()?.Code);
        if (finding == Findings.Unmapped) Assert.Equal(header, mapped.Findings[0].Text);
    }

    [Theory]
    [InlineData("69536005", "SCT", "69536005", "known code")]
    [InlineData("T-D1100", "SRT", "69536005", "SNOMED RT is translated")]
    [InlineData("T-D1100", "99SDM", "69536005", "its older scheme name")]
    [InlineData("39607008", "SCT", "39607008", "any code with a right check digit")]
    [InlineData("39607009", "SCT", "43799004", "a wrong check digit falls back to the text")]
    [InlineData("69536005", "", "43799004", "no scheme falls back to the text")]
    [InlineData("HEAD", "99LOCAL", "43799004", "local codes fall back to the text")]
    public void A_coded_region_wins_over_the_text(string code, string scheme, string expected, string reason)
    {
        var mapped = Build.MapOne((TagMap.AnatomicRegionCode, code), (TagMap.AnatomicRegionScheme, scheme), (TagMap.BodyPartExamined, "CHEST"));

        Assert.True(expected == mapped.Study.Series[0].BodySite?.Code, $"{reason}: {mapped.Study.Series[0].BodySite?.Code}");
    }

    [Theory]
    [InlineData(new[] { "CHEST", "ABDOMEN", "PELVIS" }, "416775004", null)]
    [InlineData(new[] { "CHESTABDOMEN", "PELVIS", "PELVIS" }, "416775004", null)]
    [InlineData(new[] { "CHEST", null, "CHEST" }, "43799004", null)]
    [InlineData(new[] { "KNEE", "CHEST", "CHEST" }, "43799004", Findings.Varies)]
    [InlineData(new[] { "KNEE", "CHEST" }, "43799004", Findings.Varies)]
    public void Sites_of_many_instances_make_one(string?[] parts, string expected, string? finding)
    {
        var mapped = Build.Map([.. parts.Select((part, index) => Build.Instance($"1.{index}", (TagMap.BodyPartExamined, part)))]);

        Assert.Equal(expected, mapped.Study.Series[0].BodySite?.Code);
        Assert.Equal(finding, mapped.Findings.SingleOrDefault()?.Code);
    }

    [Theory]
    [InlineData(new[] { "R" }, new[] { "" }, "24028007", "series level")]
    [InlineData(new[] { "L" }, new[] { "R" }, "24028007", "the image knows better")]
    [InlineData(new[] { "", "" }, new[] { "R", "L" }, "51440002", "left with right")]
    [InlineData(new[] { "R", "B" }, new[] { "", "" }, "51440002", "one side with both")]
    [InlineData(new[] { "U" }, new[] { "U" }, null, "unpaired has no code")]
    [InlineData(new[] { "R" }, new[] { "U" }, "24028007", "unpaired says nothing against the series")]
    [InlineData(new[] { "" }, new[] { "" }, null, "present without a value")]
    public void Laterality_is_left_right_or_both(string[] series, string[] image, string? expected, string reason)
    {
        var mapped = Build.Map(
            [.. series.Select((side, index) => Build.Instance($"1.{index}", (TagMap.Laterality, side), (TagMap.ImageLaterality, image[index])))]);

        Assert.True(expected == mapped.Study.Series[0].Laterality?.Code, reason);
        Assert.Empty(mapped.Findings);
    }

    [Fact]
    public void Laterality_comes_from_the_region_modifier_last()
    {
        var mapped = Build.MapOne((TagMap.AnatomicModifierCode, "G-A101"), (TagMap.AnatomicModifierScheme, "SRT"));

        Assert.Equal(("7771000", "Left"), (mapped.Study.Series[0].Laterality?.Code, mapped.Study.Series[0].Laterality?.Display));
    }

    [Fact]
    public void A_laterality_outside_the_terms_is_left_out()
    {
        var mapped = Build.MapOne((TagMap.Laterality, "LINKS"));

        Assert.Null(mapped.Study.Series[0].Laterality);
        Assert.Equal((Findings.Unmapped, "LINKS"), (mapped.Findings[0].Code, mapped.Findings[0].Text));
    }

    [Theory]
    [InlineData("Omnipaque 350", null, null, null, null, true, "an agent")]
    [InlineData("", null, null, null, null, null, "an empty agent denies nothing")]
    [InlineData(null, null, null, null, null, null, "nothing")]
    [InlineData("NONE", null, null, null, null, false, "a word that denies")]
    [InlineData("ohne", null, null, null, null, false, "in German, any case")]
    [InlineData("ohne  KM", null, null, null, null, false, "blanks")]
    [InlineData("UNKNOWN", null, null, null, null, null, "not stated")]
    [InlineData("###", null, null, null, null, null, "signs alone")]
    [InlineData("", "1", null, null, null, true, "an item in the sequence")]
    [InlineData("", "", null, null, null, null, "an empty sequence denies nothing")]
    [InlineData("", null, "0", null, null, null, "volume zero")]
    [InlineData("", null, "80", null, null, true, "a volume")]
    [InlineData("NONE", null, "80", null, null, true, "a volume outweighs the word")]
    [InlineData("NONE", null, null, "134500", null, false, "a start time does not")]
    [InlineData("", null, null, "134500", null, true, "a start time")]
    [InlineData("", null, null, null, "IODINE", true, "an ingredient")]
    [InlineData("", null, null, null, "NONE", null, "an ingredient that is none")]
    public void Contrast_has_three_states(string? agent, string? items, string? volume, string? start, string? ingredient, bool? expected, string reason)
    {
        var series = Build.MapOne(
            (TagMap.ContrastBolusAgent, agent), (TagMap.ContrastBolusAgentSequence, items), (TagMap.ContrastBolusVolume, volume),
            (TagMap.ContrastBolusStartTime, start), (TagMap.ContrastBolusIngredient, ingredient)).Study.Series[0];

        Assert.True(expected == Contrast(series), $"{reason}: {Contrast(series)}");
    }

    [Theory]
    [InlineData("NONE", "Ultravist", true)]
    [InlineData("NONE", "", false)]
    [InlineData("", "", null)]
    public void Any_given_is_true_else_any_denied_is_false(string first, string second, bool? expected)
    {
        var mapped = Build.Map(
            Build.Instance("1.1", (TagMap.ContrastBolusAgent, first)), Build.Instance("1.2", (TagMap.ContrastBolusAgent, second)));

        Assert.Equal(expected, Contrast(mapped.Study.Series[0]));
    }

    static bool? Contrast(ImagingStudy.SeriesComponent series) =>
        (series.GetExtension(Mii.ContrastExtension)?.GetExtension("contrastBolus")?.Value as FhirBoolean)?.Value;
}
