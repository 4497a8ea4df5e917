using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

/// <summary>
/// For each extension of the module a real file of the shared corpus, its golden file held line by line against dcmdump (content trees: pydicom); what
/// real files lack (ultrasound regions, exposure in functional groups, the reason in its own attribute) is held against made ones. DICOM2FHIR_UPDATE=1
/// writes the golden files; then look at the files again. What dcmdump shows, and where it is easily misread:
/// <list type="bullet">
/// <item>modalitaet-ct, schichtdicke, instanz-details (ct): KVP [120], ExposureTime [1500], XRayTubeCurrent [250], Exposure [380], ConvolutionKernel [FC21],
/// SliceThickness [10], PixelSpacing [0.468\0.468]; no SeriesDate, so series.started is AcquisitionDate [19960521] and AcquisitionTime [094906.900]</item>
/// <item>kontrastmittel (ct-contrast): (0018,0012) C-B0322 SRT Iohexol, volume [150], (0018,9342) [YES] in the shared group; its region T-A0100 SNM3 is the brain</item>
/// <item>kontrastmittel (mr-contrast): ContrastBolusAgent [11 ml Omniscan], ContrastBolusVolume [0]: unknown, not 0 and not 11; the empty fifth value of ImageType</item>
/// <item>bildgebungsgrund (ct-reason-retired): RETIRED_ReasonForStudy [DIAGNOSTICS] alone; ct-reason: (0040,1002) [V.a. LAE] wins over that of (0040,0275) and over "alt"</item>
/// <item>modalitaet-mg-cr-dx (mg): KVP [24], [298] ms, [149] mA, [44] mAs, view R-10242 SNM3 beside ViewPosition [CC], ImageLaterality [L], no Manufacturer; cr: ViewPosition [AP]</item>
/// <item>modalitaet-mr (mr, mr-gauss, mr-enhanced): [15015] is gauss; GRADIENT, LONGITUDINAL, Spoiling GRADIENT and MagnetizationTransfer OFF_RESONANCE of (0018,9006)
/// make GR, SS, SP and MTC; 16.4 T is above the guard; PixelSpacing [0.2\0.1] is Y, X</item>
/// <item>modalitaet-nm (nm): C-163A8 99SDM is technetium, RadionuclideTotalDose [764], T-11000 is in no table; modalitaet-pt (pt): start 12:41:00, acquisition 13:31:55: 3055 s</item>
/// <item>modalitaet-us (us): CURVED LINEAR, UltrasoundColorDataPresent 1, regions without frequency; us-regions: 7500 kHz and 1200 Hz of the first of two regions</item>
/// <item>ct-enhanced: the agent's code 109219007 is iopamidol, its meaning says Iohexol: the code decides the codings, the meaning is the text</item>
/// <item>rdsr-ct: 113813 724.52 mGycm, events 11.51, 1.2, 3.61 and 708.2; rdsr-projection: 113722 1.6e-005 Gym2, 113725 0.00252 Gy, one plane</item>
/// </list>
/// </summary>
public sealed class RealFileTests
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("ct", "ct/dtf__CT2_J2KI")]
    [InlineData("ct-contrast", "ct/dicomparser__CT0012.fragmented_no_bot_jpeg_baseline.51.dcm")]
    [InlineData("ct-enhanced", "synthetic/ect-functional-groups.dcm")]
    [InlineData("ct-legacy-converted", "ct/dtf__mf.dcm")]
    [InlineData("ct-reason", "synthetic/ct-reason.dcm")]
    [InlineData("ct-reason-retired", "dicomdir-tree/77654033/CT2/17106")]
    [InlineData("mg", "mg/fodicom__OutOfBoundsOverlay.dcm")]
    [InlineData("cr", "cr/dtf__RG3_JLSL")]
    [InlineData("mr", "mr/nibabel__0.dcm")]
    [InlineData("mr-gauss", "mr/dcm4che__MR01.dcm")]
    [InlineData("mr-enhanced", "mr/fodicom__mr_brucker.dcm")]
    [InlineData("mr-contrast", "mr/pydicom__examples_overlay.dcm")]
    [InlineData("nm", "nm/openrem__NM-NmIm-Siemens.dcm")]
    [InlineData("pt", "pt/openrem__NM-PetIm-GE.dcm")]
    [InlineData("us", "us/pydicom__examples_palette.dcm")]
    [InlineData("us-regions", "synthetic/us-regions.dcm")]
    [InlineData("rdsr-ct", "sr/openrem__CT-RDSR-Siemens_Flash-TAP-SS.dcm")]
    [InlineData("rdsr-projection", "sr/openrem__RF-RDSR-Siemens-Zee.dcm")]
    public void Is_mapped_as_it_was_checked_by_hand(string golden, string file)
    {
        var mapped = Corpus.Map(file);
        var study = JsonNode.Parse(MappedJson.Write(mapped.Study))!.AsObject();
        foreach (var name in (string[])["id", "resourceType", "meta", "status", "subject", "identifier"]) study.Remove(name);
        var shown = new JsonObject
        {
            ["file"] = file,
            ["study"] = study,
            ["companions"] = new JsonArray([.. mapped.Companions.Select(companion => Shortened(MappedJson.Write(companion)))]),
            ["findings"] = new JsonArray([.. mapped.Findings.Select(finding => (JsonNode)$"{finding.Code} {finding.Where.Split(' ')[0]}: {finding.Text}")]),
        };
        var text = shown.ToJsonString(Indented).Replace("https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/", "mii:", StringComparison.Ordinal);
        Golden.Same($"tests/UnitTests/Mapping/Golden/Real/{golden}.json", text + "\n");
    }

    static JsonObject Shortened(string json)
    {
        var resource = JsonNode.Parse(json)!.AsObject();
        foreach (var name in (string[])["meta", "subject", "partOf"]) resource.Remove(name);
        return resource;
    }
}
