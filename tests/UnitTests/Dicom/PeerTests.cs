using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Dicom2Fhir.Indexer.Commands;

namespace Dicom2Fhir.UnitTests.Dicom;

/// <summary>dicom-json says what dcmtk and pydicom say, value by value, over the whole corpus; what they do not say or get wrong is listed.</summary>
public sealed class PeerTests
{
    /// <summary>Differences that are faults of dcmtk 3.6.7, or of the file where we decide otherwise on purpose.</summary>
    static readonly Dictionary<string, string> OfDcmtk = new()
    {
        ["malformed/m10-meta-grouplength-long.dcm"] = "believes a wrong group length and loses an element",
        ["malformed/m19-nested-200.dcm"] = "reads below 64 levels",
        ["malformed/m38-charset-0.dcm"] = "UTF-8 declared as Latin-1",
        ["malformed/m49-two-files-concatenated.dcm"] = "goes on behind the pixel data",
        ["malformed/m61-item-length-too-long.dcm"] = "takes elements behind the sequence into its item",
        ["sr/openrem__CT-RDSR-Siemens_Flash-TAP-SS.dcm"] = "UTF-8 declared as Latin-1",
        ["ct/dwv__gdcm-CT-MONO2-8-abdo.dcm"] = "removes blanks inside a UID",
    };

    /// <summary>Faults of pydicom 2.3.1, or decisions.</summary>
    static readonly Dictionary<string, string> OfPydicom = new()
    {
        ["ct/fodicom__GH179A.dcm"] = "loses itself in a private sequence",
        ["ct/fodicom__GH179B.dcm"] = "loses itself in a private sequence",
        ["malformed/m02-truncated-mid-element.dcm"] = "gives half a value",
        ["malformed/m04-no-preamble-dicm-first.dcm"] = "takes DICM for a tag",
        ["malformed/m19-nested-200.dcm"] = "reads below 64 levels",
        ["malformed/m26-vr-lowercase.dcm"] = "takes a lower-case VR for a 32-bit length",
        ["malformed/m28-duplicate-tags.dcm"] = "the last of two counts",
        ["malformed/m37-number-0.dcm"] = "drops a DS with a comma",
        ["malformed/m38-charset-0.dcm"] = "UTF-8 declared as Latin-1",
        ["none/pydicom__no_meta.dcm"] = "does not find the data set behind a stray byte",
        ["ot/fodicom__GH1301.dcm"] = "decodes CS as Latin-1 under GB18030",
        ["rtdose/pydicom__badVR.dcm"] = "drops an IS that is none",
        ["rtplan/pydicom__rtplan_truncated.dcm"] = "gives half a value",
        ["sr/openrem__CT-RDSR-Siemens_Flash-TAP-SS.dcm"] = "UTF-8 declared as Latin-1",
    };

    // dcmtk refuses what ends early, and gives no valid JSON for 18 files (odd DS text, umlauts in CS).
    const int LeastByDcmtk = 280, LeastByPydicom = 300;

    [Fact]
    public async Task Headers_equal_those_of_dcmtk()
    {
        var rows = CorpusTests.Rows().ToList();
        var ours = await OursAsync(rows);
        var peers = new JsonNode?[rows.Count];
        await Parallel.ForAsync(0, rows.Count, TestContext.Current.CancellationToken, async (i, token) => peers[i] = await DcmtkAsync(CorpusTests.PathOf(rows[i]), token));

        Check(rows, ours, peers, OfDcmtk, LeastByDcmtk);
    }

    [Fact]
    public async Task Headers_equal_those_of_pydicom()
    {
        var rows = CorpusTests.Rows().ToList();
        var ours = await OursAsync(rows);
        var (missing, _) = await RunAsync("/usr/bin/python3", ["-c", "import pydicom"], "", TestContext.Current.CancellationToken);
        Assert.SkipWhen(missing != 0 && Environment.GetEnvironmentVariable("CI") != "true", "python3-pydicom is not there");
        var script = Path.Combine(Repository.Root, "tests", "UnitTests", "Dicom", "peer.py");
        var (_, lines) = await RunAsync("/usr/bin/python3", [script], string.Join('\n', rows.Select(CorpusTests.PathOf)), TestContext.Current.CancellationToken);

        Check(rows, ours, [.. Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)], OfPydicom, LeastByPydicom);
    }

    static void Check(
        List<Dictionary<string, string>> rows, JsonNode?[] ours, JsonNode?[] peers, Dictionary<string, string> known, int least)
    {
        Assert.Equal(rows.Count, peers.Length);
        List<string> differences = [];
        var compared = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            // what both take for no DICOM, or only a peer that was forced to
            if (peers[i] is not { } peer || ours[i] is not JsonArray { Count: 1 } own) continue;
            compared++;
            var found = HeaderComparison.Differences((JsonObject)own[0]!, peer as JsonObject ?? (JsonObject)peer[0]!).ToList();
            if (known.TryGetValue(rows[i]["file"], out var fault) ? found.Count == 0 : found.Count > 0)
                differences.Add($"{rows[i]["file"]} ({fault}): {string.Join("; ", found.Take(5))}");
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.InRange(compared, least, rows.Count);
    }

    static async Task<JsonNode?[]> OursAsync(List<Dictionary<string, string>> rows)
    {
        using MemoryStream output = new();
        await DicomJsonCommand.RunAsync([.. rows.Select(CorpusTests.PathOf)], output, TextWriter.Null, TestContext.Current.CancellationToken);
        return [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    /// <summary>dcm2json knows no encapsulated pixel data: dcmodify takes them out of a copy where it refuses the file.</summary>
    static async Task<JsonNode?> DcmtkAsync(string path, CancellationToken cancellationToken)
    {
        var (code, json) = await RunAsync("dcm2json", [path], "", cancellationToken);
        if (code != 0)
        {
            var copy = Path.GetTempFileName();
            await File.WriteAllBytesAsync(copy, await File.ReadAllBytesAsync(path, cancellationToken), cancellationToken);
            await RunAsync("dcmodify", ["-nb", "-ie", "-e", "(7fe0,0010)", copy], "", cancellationToken);
            (code, json) = await RunAsync("dcm2json", [copy], "", cancellationToken);
            File.Delete(copy);
        }

        return code == 0 && System.Text.Unicode.Utf8.IsValid(json) ? Parse(Encoding.UTF8.GetString(json)) : null;
    }

    static JsonNode? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: new() { MaxDepth = 1000 });
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    static async Task<(int Code, byte[] Output)> RunAsync(string program, string[] arguments, string input, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        using MemoryStream output = new();
        var copying = process.StandardOutput.BaseStream.CopyToAsync(output, cancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await copying;
        await errors;
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output.ToArray());
    }
}
