using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class TextHintsTests
{
    [Theory]
    [InlineData("CT", "CT Thorax nativ", "43799004")]
    [InlineData("CT", "Thorax/Abdomen portalvenös", "416550000")]
    [InlineData("MR", "Lebermetastasen axial", "10200004")]
    [InlineData("MR", "T1 koronar", null)]
    [InlineData("MR", "Gradient Echo", null)]
    [InlineData("US", "Echo", "80891009")]
    [InlineData("CT", "DOSE REPORT Thorax", null)]
    [InlineData("MR", "L-Spine sag", "122496007")]
    public void Words_of_the_series_hint_at_its_site(string modality, string description, string? expected)
    {
        var mapped = Build.MapOne((TagMap.Modality, modality), (TagMap.SeriesDescription, description));

        Assert.Equal(expected, mapped.Study.Series[0].BodySite?.Code);
        Assert.Equal(expected is not null, IsMarked(mapped, Derived.BodySite));
    }

    [Theory]
    [InlineData("Knie li", "7771000")]
    [InlineData("Knie RECHTS", "24028007")]
    [InlineData("Knie li re", "51440002")]
    [InlineData("Knie bds.", "51440002")]
    [InlineData("Linse", null)]
    public void Words_of_the_series_hint_at_its_side(string description, string? expected)
    {
        var mapped = Build.MapOne((TagMap.Modality, "MR"), (TagMap.SeriesDescription, description));

        Assert.Equal(expected, mapped.Study.Series[0].Laterality?.Code);
        Assert.Equal(expected is not null, IsMarked(mapped, Derived.Laterality));
    }

    [Theory]
    [InlineData("Abdomen portalvenös", true)]
    [InlineData("T1 +C", true)]
    [InlineData("T1+C", true)]
    [InlineData("Abdomen mit KM", true)]
    [InlineData("nach KM i.v.", true)]
    [InlineData("CTA Kopf", true)]
    [InlineData("Abdomen nativ", false)]
    [InlineData("CT ABD W/O CONTRAST", false)]
    [InlineData("ABD UNENHANCED", false)]
    [InlineData("noncontrast", false)]
    [InlineData("nativ und KM", null)]
    [InlineData("Nonenh & Enhanced", null)]
    [InlineData("+/- KM", null)]
    [InlineData("Abdomen", null)]
    [InlineData("PRE-OP", null)]
    [InlineData("Gadebusch", null)]
    public void Words_of_the_series_hint_at_contrast(string description, bool? expected)
    {
        var mapped = Build.MapOne((TagMap.SeriesDescription, description));

        Assert.Equal(expected, Contrast(mapped));
        Assert.Equal(expected is not null, IsMarked(mapped, Derived.Contrast));
        Assert.Empty(mapped.Administrations);
    }

    [Fact]
    public void What_an_attribute_states_is_never_outweighed_or_marked()
    {
        var mapped = Build.MapOne((TagMap.SeriesDescription, "Thorax li mit KM"), (TagMap.BodyPartExamined, "KNEE"), (TagMap.Laterality, "R"), (TagMap.ContrastBolusAgent, "NONE"));
        var series = mapped.Study.Series[0];

        Assert.Equal(("72696002", "24028007", false), (series.BodySite?.Code, series.Laterality?.Code, Contrast(mapped)));
        Assert.Empty(mapped.Study.Meta!.Tag);
    }

    [Fact]
    public void Unknown_text_and_unpaired_are_statements_too()
    {
        var mapped = Build.MapOne((TagMap.SeriesDescription, "Thorax li"), (TagMap.BodyPartExamined, "XYZ"), (TagMap.ImageLaterality, "U"));

        Assert.Equal((null, null), (mapped.Study.Series[0].BodySite?.Code, mapped.Study.Series[0].Laterality?.Code));
        Assert.Equal("43799004", Build.MapOne((TagMap.SeriesDescription, "Thorax"), (TagMap.BodyPartExamined, "UNKNOWN")).Study.Series[0].BodySite?.Code);
    }

    [Theory]
    [InlineData(TextHintLevel.Off, null)]
    [InlineData(TextHintLevel.Series, null)]
    [InlineData(TextHintLevel.All, "43799004")]
    public void The_study_description_counts_by_setting_only(TextHintLevel level, string? expected)
    {
        var mapped = Build.Map(Build.Options with { TextHints = level }, Build.Instance("1.1", (TagMap.StudyDescription, "CT Thorax mit KM"), (TagMap.SeriesDescription, "axial")));

        Assert.Equal(expected, mapped.Study.Series[0].BodySite?.Code);
        Assert.Equal(expected is null ? null : true, Contrast(mapped));
    }

    [Theory]
    [InlineData("PT")]
    [InlineData("NM")]
    public void A_tracer_is_no_contrast_agent(string modality) => Assert.Null(Contrast(Build.MapOne((TagMap.Modality, modality), (TagMap.SeriesDescription, "Perfusion mit KM"))));

    static bool? Contrast(MappedStudy mapped) => (TechniqueTests.Part(mapped, "contrastBolus") as FhirBoolean)?.Value;

    static bool IsMarked(MappedStudy mapped, string code) => mapped.Study.Meta!.Tag.Any(tag => tag.System == Derived.System && tag.Code == code);
}
