using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class TechniqueTests
{
    [Theory]
    [InlineData("1.5", 1.5, false)]
    [InlineData("15000", 1.5, true)]
    [InlineData("5000", 0.5, true)]
    [InlineData("0.2", 0.2, false)]
    [InlineData("16.45", null, true)]
    [InlineData("0", null, true)]
    [InlineData("300000", null, true)]
    public void Field_strength_is_guarded_against_gauss(string header, double? expected, bool guarded) =>
        AssertPart("MR", TagMap.FieldStrength, header, "magneticFieldStrength", expected, "tesla", "T", guarded);

    [Theory]
    [InlineData("PT", "310000000", 310000000.0, false)]
    [InlineData("PT", "310", 310000000.0, true)]
    [InlineData("PT", "0", null, true)]
    [InlineData("NM", "700", 700.0, false)]
    [InlineData("NM", "700000000", 700.0, true)]
    public void The_dose_is_guarded_against_the_other_unit(string modality, string header, double? expected, bool guarded) => AssertPart(
        modality, TagMap.RadionuclideTotalDose, header, "radionuclideTotalDose", expected, modality == "PT" ? "Becquerel" : "Megabecquerel", modality == "PT" ? "Bq" : "MBq", guarded);

    [Fact]
    public void Enhanced_pet_states_megabecquerel_by_its_definition()
    {
        var mapped = Build.MapOne((TagMap.Modality, "PT"), (TagMap.SopClassUid, "1.2.840.10008.5.1.4.1.1.130"), (TagMap.RadionuclideTotalDose, "310"));

        Assert.Equal(310_000_000, Quantity(mapped, "radionuclideTotalDose")?.Value);
        Assert.DoesNotContain(mapped.Findings, finding => finding.Code == Findings.Guard);
    }

    [Theory]
    [InlineData("CT", "KVP", "kilovolt", "kV")]
    [InlineData("MG", "KVP", "kilovolt", "kV")]
    [InlineData("CT", "CTDIvol", "milligray", "mGy")]
    [InlineData("CR", "exposureTime", "milliseconds", "ms")]
    [InlineData("DX", "exposure", "milliampere second", "mA.s")]
    [InlineData("CT", "xRayTubeCurrent", "milliampere", "mA")]
    [InlineData("MR", "echoTime", "milliseconds", "ms")]
    [InlineData("MR", "repetitionTime", "milliseconds", "ms")]
    [InlineData("MR", "inversionTime", "milliseconds", "ms")]
    [InlineData("MR", "flipAngle", "plane angle degree", "deg")]
    [InlineData("PT", "radionuclideHalfLife", "Seconds", "s")]
    [InlineData("US", "transducerFrequency", "kilohertz", "kHz")]
    [InlineData("US", "pulseRepetitionFrequency", "hertz", "Hz")]
    public void Units_are_those_of_the_profile(string modality, string part, string unit, string code)
    {
        var row = new Dictionary<string, TagRow>
        {
            ["KVP"] = TagMap.Kvp, ["CTDIvol"] = TagMap.Ctdi, ["exposureTime"] = TagMap.ExposureTime, ["exposure"] = TagMap.Exposure, ["xRayTubeCurrent"] = TagMap.TubeCurrent,
            ["echoTime"] = TagMap.EchoTime, ["repetitionTime"] = TagMap.RepetitionTime, ["inversionTime"] = TagMap.InversionTime, ["flipAngle"] = TagMap.FlipAngle,
            ["radionuclideHalfLife"] = TagMap.RadionuclideHalfLife, ["transducerFrequency"] = TagMap.TransducerFrequency, ["pulseRepetitionFrequency"] = TagMap.PulseRepetitionFrequency,
        }[part];

        AssertPart(modality, row, "12.50", part, 12.5, unit, code, guarded: false);
    }

    [Fact]
    public void A_zero_of_a_whole_number_gives_way_to_the_micro_unit_and_stays_alone()
    {
        var micro = Build.MapOne((TagMap.Exposure, "0"), (TagMap.ExposureInUas, "450"), (TagMap.TubeCurrentInUa, "98000"), (TagMap.ExposureTimeInUs, "1500"));
        var alone = Build.MapOne((TagMap.Exposure, "0"));

        Assert.Equal((0.45m, 98m, 1.5m), (Quantity(micro, "exposure")?.Value, Quantity(micro, "xRayTubeCurrent")?.Value, Quantity(micro, "exposureTime")?.Value));
        Assert.Equal(0, Quantity(alone, "exposure")?.Value);
    }

    [Fact]
    public void Values_that_differ_in_spelling_agree_and_others_do_not()
    {
        var same = Build.Map(Build.Instance("1.1", (TagMap.Kvp, "120")), Build.Instance("1.2", (TagMap.Kvp, "120.00")), Build.Instance("1.3"));
        var other = Build.Map(Build.Instance("1.1", (TagMap.Kvp, "120")), Build.Instance("1.2", (TagMap.Kvp, "100")));

        Assert.Equal(120, Quantity(same, "KVP")?.Value);
        Assert.Contains("\"value\":120,", MappedJson.Write(same.Study), StringComparison.Ordinal);
        Assert.Null(Quantity(other, "KVP"));
        Assert.Contains(other.Findings, finding => finding is { Code: Findings.Varies, Where: "KVP series 1.2.3.1" });
    }

    [Theory]
    [InlineData("XA")]
    [InlineData("RF")]
    [InlineData("OT")]
    public void A_modality_without_extension_has_none(string modality) =>
        Assert.Empty(Build.MapOne((TagMap.Modality, modality), (TagMap.Kvp, "70"), (TagMap.EchoTime, "4")).Study.Series[0].Extension);

    [Theory]
    [InlineData("MG", "MLO", "399368009")]
    [InlineData("MG", "cc", "399162004")]
    [InlineData("CR", "LL", "399173006")]
    [InlineData("DX", "AP (ERECT)", "399348003")]
    [InlineData("DX", "FLATFIELD", null)]
    [InlineData("CR", "MLO", null)]
    public void Views_go_by_their_table(string modality, string term, string? expected)
    {
        var mapped = Build.MapOne((TagMap.Modality, modality), (TagMap.ViewPosition, term));

        Assert.Equal(expected, (Part(mapped, "viewPosition") as CodeableConcept)?.Coding[0].Code);
        Assert.Equal(expected is null ? 1 : 0, mapped.Findings.Count(finding => finding.Code == Findings.Unmapped));
    }

    [Fact]
    public void A_coded_view_wins_and_its_modifiers_are_text()
    {
        var mapped = Build.MapOne(
            (TagMap.Modality, "MG"), (TagMap.ViewPosition, "MLO"), (TagMap.ViewCode.Code, "R-10242"), (TagMap.ViewCode.Scheme, "SRT"), (TagMap.ViewModifier, "Magnification\\Spot Compression"));
        var view = Assert.IsType<CodeableConcept>(Part(mapped, "viewPosition"));

        Assert.Equal(("399162004", "cranio-caudal", "Magnification, Spot Compression"), (view.Coding[0].Code, view.Coding[0].Display, view.Text));
    }

    [Fact]
    public void Every_scanning_sequence_is_a_part_and_unknown_variants_are_findings()
    {
        var mapped = Build.MapOne((TagMap.Modality, "MR"), (TagMap.ScanningSequence, "IR\\GR"), (TagMap.SequenceVariant, "SK\\OTHER"));

        Assert.Equal(["GR", "IR"], Parts(mapped, "scanningSequence").Select(part => ((CodeableConcept)part).Coding[0].Code));
        Assert.Equal(["SK"], Parts(mapped, "scanningSequenceVariant").Select(part => ((CodeableConcept)part).Coding[0].Code));
        Assert.Contains(mapped.Findings, finding => finding is { Code: Findings.Unmapped, Text: "OTHER" });
    }

    [Theory]
    [InlineData("CURVED LINEAR", "CURVED_LINEAR")]
    [InlineData("curved_linear", "CURVED_LINEAR")]
    [InlineData("HOMEMADE", null)]
    public void Transducers_have_underscores(string header, string? expected) =>
        Assert.Equal(expected, (Part(Build.MapOne((TagMap.Modality, "US"), (TagMap.TransducerType, header)), "transducerType") as CodeableConcept)?.Coding[0].Code);

    [Theory]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("", null)]
    public void Colour_is_yes_no_or_absent(string header, bool? expected) =>
        Assert.Equal(expected, (Part(Build.MapOne((TagMap.Modality, "US"), (TagMap.UltrasoundColor, header)), "ultrasoundColor") as FhirBoolean)?.Value);

    static void AssertPart(string modality, TagRow row, string header, string part, double? expected, string unit, string code, bool guarded)
    {
        var mapped = Build.MapOne((TagMap.Modality, modality), (row, header));
        var quantity = Quantity(mapped, part);

        Assert.Equal((decimal?)expected, quantity?.Value);
        if (quantity is not null) Assert.Equal((unit, code, "http://unitsofmeasure.org"), (quantity.Unit, quantity.Code, quantity.System));
        Assert.Equal(guarded, mapped.Findings.Any(finding => finding.Code == Findings.Guard));
    }

    internal static IEnumerable<DataType> Parts(MappedStudy mapped, string part) =>
        mapped.Study.Series[0].Extension.SelectMany(extension => extension.Extension).Where(one => one.Url == part).Select(one => one.Value!);

    internal static DataType? Part(MappedStudy mapped, string part) => Parts(mapped, part).SingleOrDefault();

    static Quantity? Quantity(MappedStudy mapped, string part) => Part(mapped, part) as Quantity;
}
