using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class FunctionalGroupTests
{
    [Fact]
    public void A_shared_value_is_the_value()
    {
        var mapped = Map("CT", Shared("0018,9325", Build.Element("0018,0060", "DS", "80")));

        Assert.Equal(80, Number(mapped, Mii.CtExtension, "KVP"));
    }

    [Fact]
    public void A_per_frame_value_that_all_frames_share_is_the_value()
    {
        var mapped = Map("CT", PerFrame("0018,9321", Build.Element("0018,9330", "FD", "150.5"), Build.Element("0018,9330", "FD", "150.5")));

        Assert.Equal(150.5m, Number(mapped, Mii.CtExtension, "xRayTubeCurrent"));
    }

    [Fact]
    public void A_per_frame_value_that_varies_is_no_single_value_but_a_finding()
    {
        var mapped = Map("MR", PerFrame("0018,9114", Build.Element("0018,9082", "FD", "30"), Build.Element("0018,9082", "FD", "60")));

        Assert.Null(Number(mapped, Mii.MrExtension, "echoTime"));
        Assert.Contains(mapped.Findings, finding => finding is { Code: Findings.Varies } && finding.Where.StartsWith("EchoTime", StringComparison.Ordinal));
    }

    [Fact]
    public void A_varying_frame_wins_over_what_another_instance_states_alone()
    {
        var varied = Extract("MR", "1.1", PerFrame("0018,9114", Build.Element("0018,9082", "FD", "30"), Build.Element("0018,9082", "FD", "60")));
        var single = Extract("MR", "1.2", Shared("0018,9114", Build.Element("0018,9082", "FD", "30")));

        Assert.Null(Number(Build.Map(varied, single), Mii.MrExtension, "echoTime"));
    }

    [Fact]
    public void The_top_level_wins_and_an_empty_one_does_not()
    {
        var shared = Shared("0018,9325", Build.Element("0018,0060", "DS", "80"));

        Assert.Equal(120, Number(Map("CT", shared, Build.Element("0018,0060", "DS", "120")), Mii.CtExtension, "KVP"));
        Assert.Equal(80, Number(Map("CT", shared, Build.Element("0018,0060", "DS")), Mii.CtExtension, "KVP"));
    }

    [Fact]
    public void Legacy_converted_objects_keep_them_as_unassigned_attributes()
    {
        var unassigned = Shared("0020,9170", Build.Element("0018,0060", "DS", "100"), Build.Element("0018,1151", "IS", "200"));
        var frames = PerFrame("0020,9171", Build.Element("0018,1152", "IS", "90"), Build.Element("0018,1152", "IS", "90"));
        var mapped = Map("CT", unassigned, frames);

        Assert.Equal((100m, 200m, 90m), (Number(mapped, Mii.CtExtension, "KVP"), Number(mapped, Mii.CtExtension, "xRayTubeCurrent"), Number(mapped, Mii.CtExtension, "exposure")));
    }

    [Fact]
    public void Spacing_and_thickness_of_the_frames_are_those_of_the_instance()
    {
        var measures = Shared("0028,9110", Build.Element("0028,0030", "DS", "0.5", "0.7"), Build.Element("0018,0050", "DS", "1.25"));
        var details = Map("MR", measures).Study.Series[0].Instance[0].Extension.Single().Extension;

        Assert.Equal((0.7m, 0.5m, 1.25m), (Part(details, "pixelSpacingX"), Part(details, "pixelSpacingY"), Part(details, "sliceThickness")));
    }

    [Theory]
    [InlineData("R", "R", "24028007")]
    [InlineData("L", "R", "51440002")]
    [InlineData("U", "U", null)]
    public void Sides_of_the_frames_make_the_side_of_the_series(string first, string second, string? expected)
    {
        var mapped = Map("MG", PerFrame("0020,9071", Build.Element("0020,9072", "CS", first), Build.Element("0020,9072", "CS", second)));

        Assert.Equal(expected, mapped.Study.Series[0].Laterality?.Code);
    }

    [Fact]
    public void The_region_of_the_frames_is_the_body_site()
    {
        var region = Build.Sequence("0008,2218", Build.DataSet(Build.Element("0008,0100", "SH", "T-D1100"), Build.Element("0008,0102", "SH", "SRT")));

        Assert.Equal("69536005", Map("MR", Shared("0020,9071", region)).Study.Series[0].BodySite?.Code);
    }

    [Theory]
    [InlineData("NO", "YES", true)]
    [InlineData("NO", "NO", false)]
    public void Contrast_is_what_the_frames_say(string first, string second, bool expected)
    {
        var agent = Build.Sequence("0018,0012", Build.DataSet(Build.Element("0008,0104", "LO", "Iohexol")));
        var mapped = Map("CT", agent, PerFrame("0018,9341", Build.Element("0018,9342", "CS", first), Build.Element("0018,9342", "CS", second)));

        Assert.Equal(expected, (mapped.Study.Series[0].Extension.Single(one => one.Url == Mii.ContrastExtension).Extension[0].Value as FhirBoolean)?.Value);
        Assert.Equal(expected ? 1 : 0, mapped.Administrations.Count);
    }

    [Fact]
    public void Pulse_sequence_attributes_make_the_sequence_codes()
    {
        var mapped = Map(
            "MR", Shared(
                ("0018,9115", [Build.Element("0018,9009", "CS", "YES"), Build.Element("0018,9016", "CS", "RF")]),
                ("0018,9006", [Build.Element("0018,9020", "CS", "OFF_RESONANCE")])),
            Build.Element("0018,9008", "CS", "GRADIENT"), Build.Element("0018,9018", "CS", "YES"), Build.Element("0018,9017", "CS", "TIME_REVERSED"));

        Assert.Equal(["EP", "GR", "IR"], Codes(mapped, "scanningSequence"));
        Assert.Equal(["MTC", "SP", "TRSS"], Codes(mapped, "scanningSequenceVariant"));
    }

    [Fact]
    public void A_hundred_thousand_frames_keep_no_more_than_one()
    {
        var frames = Enumerable.Range(0, 100_000).Select(number => Build.Element("0018,9082", "FD", number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        var instance = Extract("MR", "1.1", PerFrame("0018,9114", [.. frames]));

        Assert.Equal(Reading.Varied, instance[TagMap.EchoTime]);
    }

    static MappedStudy Map(string modality, params Dicom2Fhir.Dicom.Element[] elements) => Build.Map(Extract(modality, "1.1", elements));

    static InstanceAttributes Extract(string modality, string sop, params Dicom2Fhir.Dicom.Element[] elements)
    {
        var groups = elements.GroupBy(element => element.Tag).Select(group => group.First());
        var data = Build.DataSet([
            .. groups, Build.Element("0008,0016", "UI", "1.2.840.10008.5.1.4.1.1.2.1"), Build.Element("0008,0018", "UI", sop), Build.Element("0008,0060", "CS", modality),
            Build.Element("0010,0020", "LO", "p"), Build.Element("0020,000D", "UI", Build.Study), Build.Element("0020,000E", "UI", Build.Series)]);
        return Assert.IsType<ExtractResult.Instance>(TagMap.Extract(data)).Attributes;
    }

    static Dicom2Fhir.Dicom.Element Shared(string macro, params Dicom2Fhir.Dicom.Element[] elements) =>
        Build.Sequence("5200,9229", Build.DataSet(Build.Sequence(macro, Build.DataSet(elements))));

    static Dicom2Fhir.Dicom.Element Shared(params (string Macro, Dicom2Fhir.Dicom.Element[] Elements)[] macros) =>
        Build.Sequence("5200,9229", Build.DataSet([.. macros.Select(one => Build.Sequence(one.Macro, Build.DataSet(one.Elements)))]));

    /// <summary>One frame for each element.</summary>
    static Dicom2Fhir.Dicom.Element PerFrame(string macro, params Dicom2Fhir.Dicom.Element[] frames) =>
        Build.Sequence("5200,9230", [.. frames.Select(element => Build.DataSet(Build.Sequence(macro, Build.DataSet(element))))]);

    static decimal? Number(MappedStudy mapped, string extension, string part) =>
        mapped.Study.Series[0].Extension.SingleOrDefault(one => one.Url == extension) is { } found ? Part(found.Extension, part) : null;

    static decimal? Part(List<Extension> parts, string part) => (parts.SingleOrDefault(one => one.Url == part)?.Value as Quantity)?.Value;

    static IEnumerable<string?> Codes(MappedStudy mapped, string part) =>
        mapped.Study.Series[0].Extension.Single(one => one.Url == Mii.MrExtension).Extension.Where(one => one.Url == part)
            .Select(one => ((CodeableConcept)one.Value!).Coding[0].Code);
}
