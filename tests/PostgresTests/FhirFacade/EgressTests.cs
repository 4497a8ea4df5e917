using System.Globalization;
using System.Text;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>
/// The facade asks nobody: in a network namespace whose only way out is a device that counts packets, URLs of other hosts in every parameter make no
/// packet leave. A packet sent on purpose proves the counter.
/// </summary>
public sealed class EgressTests(Hospital hospital) : IClassFixture<Hospital>
{
    const string Device = "d2fout";

    static readonly string[] Urls =
    [
        "http://192.0.2.7/fhir/Patient/1", "https://canary.example/fhir/ValueSet/x", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "http://192.0.2.7|1.0", "http://192.0.2.7/x|y",
    ];

    [Fact]
    public async Task Urls_of_other_hosts_are_only_text()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && Tool.Find("ip") is not null, "only root makes network namespaces");
        var name = string.Create(CultureInfo.InvariantCulture, $"d2f{Environment.ProcessId}");
        await IpAsync("netns", "add", name);
        try
        {
            await IpAsync("-n", name, "link", "set", "lo", "up");
            await IpAsync("-n", name, "link", "add", Device, "type", "veth", "peer", "name", "d2fpeer");
            await IpAsync("-n", name, "link", "set", Device, "arp", "off", "addrgenmode", "none", "up");
            await IpAsync("-n", name, "link", "set", "d2fpeer", "addrgenmode", "none", "up");
            await IpAsync("-n", name, "address", "add", "198.51.100.1/24", "dev", Device);
            await IpAsync("-n", name, "route", "add", "default", "dev", Device);

            await using var facade = FacadeProcess.Start(["--data", hospital.Folder], network: name);
            await facade.ReadyAsync();
            var before = await SentAsync(name);
            var statuses = await AskAsync(name, facade.Port);

            Assert.Contains("200", statuses);
            Assert.Contains("400", statuses);
            Assert.DoesNotContain("500", statuses);
            Assert.DoesNotContain("000", statuses);
            Assert.Equal(before, await SentAsync(name));
            await Tool.RunAsync("sh", "-c", $"ip netns exec {name} curl -s --max-time 1 http://192.0.2.7/ || true");
            Assert.True(await SentAsync(name) > before, "the counter counts nothing");
        }
        finally
        {
            await IpAsync("netns", "delete", name);
        }
    }

    // One curl for all, from inside; its answers are the statuses.
    static async Task<List<string>> AskAsync(string network, int port)
    {
        var requests = new StringBuilder("silent\noutput = \"/dev/null\"\nwrite-out = \"%{http_code}\\n\"\n");
        foreach (var (path, query) in Searches()) requests.Append(CultureInfo.InvariantCulture, $"url = \"http://127.0.0.1:{port}/fhir/{path}?{query}\"\noutput = \"/dev/null\"\n");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, requests.ToString(), TestContext.Current.CancellationToken);
        try
        {
            return [.. (await Tool.RunAsync("ip", "netns", "exec", network, "curl", "--globoff", "-K", file)).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        }
        finally
        {
            File.Delete(file);
        }
    }

    static IEnumerable<(string Path, string Query)> Searches()
    {
        string[] results = ["_include", "_revinclude", "_sort", "_elements", "_format", "_summary", "__page", "_type", "_has:Observation:subject:code", "patient.identifier", "modality:in", "series-bodysite:not-in"];
        var named = SearchParameters.All.Select(parameter => (Path: parameter.Type.Name, parameter.Name)).Concat(results.Select(name => (Path: "ImagingStudy", Name: name)));
        foreach (var (path, name) in named)
        {
            foreach (var url in Urls) yield return (path, $"_count=1&{name}={Uri.EscapeDataString(url)}");
        }
    }

    static async Task<long> SentAsync(string network) =>
        long.Parse(await Tool.RunAsync("ip", "netns", "exec", network, "cat", $"/sys/class/net/{Device}/statistics/tx_packets"), CultureInfo.InvariantCulture);

    static Task<string> IpAsync(params string[] arguments) => Tool.RunAsync("ip", arguments);
}
