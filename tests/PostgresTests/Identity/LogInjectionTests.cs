using System.Text.Json;
using Dicom2Fhir.PostgresTests.Indexer;

namespace Dicom2Fhir.PostgresTests.Identity;

/// <summary>Line breaks and escape sequences in headers and names make no lines of their own in any output.</summary>
public sealed class LogInjectionTests(TestServer server) : IAsyncLifetime
{
    const string Injected = "\r\ninfo: forged[1]\u001b[31m";

    Site site = null!;

    public async ValueTask InitializeAsync() => site = await Site.CreateAsync(server);

    public async ValueTask DisposeAsync() => await site.DisposeAsync();

    [Fact]
    public async Task Headers_and_names_write_no_lines()
    {
        site.Add("1.dcm", DicomFiles.Instance(1, values: [(0x00081030, "LO", "Thorax" + Injected), (0x00100020, "LO", "P1" + Injected), (0x00080070, "LO", "ACME" + Injected), (0x00180015, "CS", "X" + Injected)]));
        site.Add("2.dcm", DicomFiles.Instance(2, values: [(0x0020000D, "UI", "1.2" + Injected)]));
        site.Add($"3{Injected}.dcm", [1, 2, 3]);
        site.Add($"4{Injected}.dcm", DicomFiles.Instance(4)[..300]);
        var missing = Path.Combine(site.Files, "missing" + Injected);

        var run = await site.RunAsync("index", site.Files, missing);
        Assert.Equal(1, run.ExitCode);
        var inputs = await site.DoAsync("status", "--inputs");
        Assert.Equal(4, inputs.Lines.Length);
        Assert.All(inputs.Lines, line => JsonDocument.Parse(line));
        var report = await site.DoAsync("report", "--json");
        JsonDocument.Parse(report.Output);

        foreach (var text in new[] { run.Output, run.Errors, inputs.Output, report.Output })
        {
            Assert.DoesNotContain('\u001b', text);
            Assert.DoesNotContain(text.Split('\n'), line => line.StartsWith("info: forged", StringComparison.Ordinal));
        }

        var document = await site.ValueAsync<string>("select string_agg(document, '') from resource");
        Assert.DoesNotContain(document, char.IsControl);
    }
}
