using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

/// <summary>Whole resources a reader can check. DICOM2FHIR_UPDATE=1 writes them.</summary>
public sealed class GoldenStudyTests
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly (TagRow, string?)[] Study =
    [
        (TagMap.StudyDate, "20240612"), (TagMap.StudyTime, "091500"), (TagMap.StudyDescription, "CT Thorax/Abdomen mit KM, V.a. Lungenembolie"),
        (TagMap.AccessionNumber, "0123456789abcdef0123456789abcdef"), (TagMap.Manufacturer, "SIEMENS"), (TagMap.ManufacturerModelName, "Sensation 16"),
        (TagMap.DeviceSerialNumber, "54023"), (TagMap.StationName, "CT1"), (TagMap.SeriesDate, "20240612"),
    ];

    static readonly (TagRow, string?)[] Native =
        [(TagMap.SeriesNumber, "2"), (TagMap.SeriesTime, "091600.25"), (TagMap.ContrastBolusAgent, "NONE")];

    static readonly (TagRow, string?)[] Portal =
        [(TagMap.SeriesNumber, "3"), (TagMap.SeriesTime, "092000"), (TagMap.ContrastBolusAgent, "100 ml Omnipaque")];

    static readonly (TagRow, string?)[] Mammography = [(TagMap.Modality, "MG"), (TagMap.SopClassUid, "1.2.840.10008.5.1.4.1.1.1.2")];

    [Fact]
    public void Ct_with_a_native_and_a_contrast_series() => Check(
        "ct-contrast",
        Instance("1.2.3.1", 1, [.. Native, (TagMap.BodyPartExamined, "THORAX")]),
        Instance("1.2.3.2", 1, [.. Portal, (TagMap.BodyPartExamined, "CHEST")]),
        Instance("1.2.3.2", 2, [.. Portal, (TagMap.BodyPartExamined, "ABDOMEN")]));

    [Fact]
    public void Mammography_of_both_sides() => Check(
        "mg-both-sides",
        Instance("1.2.3.1", 1, [.. Mammography, (TagMap.BodyPartExamined, "BREAST"), (TagMap.ImageLaterality, "L")]),
        Instance("1.2.3.1", 2, [.. Mammography, (TagMap.BodyPartExamined, "MAMMA"), (TagMap.ImageLaterality, "R")]));

    [Fact]
    public void A_header_that_says_almost_nothing() => Check(
        "bare",
        Build.Instance(
            "1.2.3.1.1", (TagMap.Modality, ""), (TagMap.SopClassUid, null), (TagMap.BodyPartExamined, "IRGENDWAS"), (TagMap.StudyDate, "20240230")));

    static InstanceAttributes Instance(string series, int number, params (TagRow, string?)[] values) =>
        Build.Instance(
            series, $"{series}.{number}", [.. Study, (TagMap.InstanceNumber, number.ToString(CultureInfo.InvariantCulture)), .. values]);

    static JsonNode Text(Finding finding) => $"{finding.Severity} {finding.Code} {finding.Where}: {finding.Text}";

    static void Check(string name, params InstanceAttributes[] instances)
    {
        var options = Build.Options with { AccessionSystem = "https://hospital.example/accession", Source = "https://hospital.example/pacs" };
        var mapped = Build.Map(options, instances);
        StudyMapperTests.AssertStrict(mapped);
        var shown = new JsonObject
        {
            ["study"] = JsonNode.Parse(MappedJson.Write(mapped.Study)),
            ["companions"] = new JsonArray([.. mapped.Companions.Select(companion => JsonNode.Parse(MappedJson.Write(companion)))]),
            ["findings"] = new JsonArray([.. mapped.Findings.Select(Text)]),
        };
        Golden.Same($"tests/UnitTests/Mapping/Golden/{name}.json", shown.ToJsonString(Indented) + "\n");
    }
}
