using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class InstanceDetailsTests
{
    [Fact]
    public void The_first_spacing_is_y_and_projections_have_that_of_the_detector()
    {
        var plain = Details((TagMap.PixelSpacing, "0.5\\0.7"), (TagMap.ImagerPixelSpacing, "0.1\\0.1"));
        var detector = Details((TagMap.PixelSpacing, ""), (TagMap.ImagerPixelSpacing, "0.10\\0.20"));

        Assert.Equal((0.7m, 0.5m), (Number(plain, "pixelSpacingX"), Number(plain, "pixelSpacingY")));
        Assert.Equal((0.2m, 0.1m), (Number(detector, "pixelSpacingX"), Number(detector, "pixelSpacingY")));
    }

    [Fact]
    public void Thickness_stands_at_the_instances_and_at_the_series_when_they_agree()
    {
        var same = Build.Map(Build.Instance("1.1", (TagMap.SliceThickness, "5")), Build.Instance("1.2", (TagMap.SliceThickness, "5.0"))).Study.Series[0];
        var other = Build.Map(Build.Instance("1.1", (TagMap.SliceThickness, "5")), Build.Instance("1.2", (TagMap.SliceThickness, "3"))).Study.Series[0];

        Assert.Equal(5, ((Quantity)Assert.Single(same.Extension, extension => extension.Url == Mii.SliceThicknessExtension).Value!).Value);
        Assert.DoesNotContain(other.Extension, extension => extension.Url == Mii.SliceThicknessExtension);
        Assert.Equal([5m, 3m], other.Instance.Select(instance => Number(instance.Extension[0].Extension, "sliceThickness")));
    }

    [Theory]
    [InlineData("CT", "ORIGINAL\\PRIMARY\\AXIAL", "ORIGINAL PRIMARY AXIAL")]
    [InlineData("MR", "DERIVED\\SECONDARY\\DIFFUSION MAP\\ND\\NORM", "DERIVED SECONDARY DIFFUSIONMAP")]
    [InlineData("NM", "ORIGINAL\\PRIMARY\\RECON TOMO\\EMISSION", "ORIGINAL PRIMARY RECONTOMO EMISSION")]
    [InlineData("US", "ORIGINAL\\PRIMARY\\FETAL HEART\\0011", "ORIGINAL PRIMARY FETAL_HEART 0001 0010")]
    [InlineData("DX", "DERIVED\\PRIMARY\\AXIAL", "DERIVED PRIMARY")]
    [InlineData("CT", "original\\primary", "ORIGINAL PRIMARY")]
    public void Image_type_is_one_concept_by_modality(string modality, string header, string expected)
    {
        var concept = (CodeableConcept)Details((TagMap.Modality, modality), (TagMap.ImageType, header)).Single(part => part.Url == "imageType").Value!;

        Assert.Equal(expected, string.Join(' ', concept.Coding.Select(coding => coding.Code)));
    }

    [Theory]
    [InlineData("YES", true)]
    [InlineData("no", false)]
    public void Burned_in_is_yes_or_no(string header, bool expected) =>
        Assert.Equal(expected, ((FhirBoolean)Details((TagMap.BurnedInAnnotation, header)).Single().Value!).Value);

    [Fact]
    public void Nothing_stated_is_no_extension() => Assert.Empty(Build.MapOne().Study.Series[0].Instance[0].Extension);

    [Fact]
    public void A_title_is_the_label_then_the_concept_then_the_document_then_the_image_type()
    {
        Assert.Equal("LABEL", Title((TagMap.ContentLabel, "LABEL"), (TagMap.ConceptNameMeaning, "Report")));
        Assert.Equal("Report", Title((TagMap.ConceptNameMeaning, "Report"), (TagMap.DocumentTitle, "Titel")));
        Assert.Equal("Titel", Title((TagMap.DocumentTitle, "Titel"), (TagMap.ImageType, "ORIGINAL\\PRIMARY")));
        Assert.Equal("ORIGINAL\\PRIMARY\\AXIAL", Title((TagMap.ContentLabel, ""), (TagMap.ImageType, "ORIGINAL\\PRIMARY \\AXIAL")));
        Assert.Equal("DERIVED\\\\OTHER", Title((TagMap.ImageType, "DERIVED\\\\OTHER\\")));
        Assert.Null(Title((TagMap.ImageType, "")));
        Assert.Null(Title());
    }

    static string? Title(params (TagRow, string?)[] values) => Build.MapOne(values).Study.Series[0].Instance[0].Title;

    static List<Extension> Details(params (TagRow, string?)[] values) => Assert.Single(Build.MapOne(values).Study.Series[0].Instance[0].Extension).Extension;

    static decimal? Number(List<Extension> parts, string part) => (parts.Single(one => one.Url == part).Value as Quantity)?.Value;
}
