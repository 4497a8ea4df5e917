using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

/// <summary>
/// For each extension of the module a real file of the shared corpus: what was mapped, held against the file by hand with dcmdump. DICOM2FHIR_UPDATE=1
/// writes the golden files; then look at the file again.
/// </summary>
public sealed class RealFileTests
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("ct", "ct/dtf__CT2_J2KI")]
    [InlineData("ct-contrast", "ct/dicomparser__CT0012.fragmented_no_bot_jpeg_baseline.51.dcm")]
    [InlineData("ct-enhanced", "synthetic/ect-functional-groups.dcm")]
    [InlineData("ct-reason", "synthetic/ct-reason.dcm")]
    [InlineData("mg", "mg/fodicom__OutOfBoundsOverlay.dcm")]
    [InlineData("cr", "cr/dtf__RG3_JLSL")]
    [InlineData("mr", "mr/nibabel__0.dcm")]
    [InlineData("mr-gauss", "mr/dcm4che__MR01.dcm")]
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
