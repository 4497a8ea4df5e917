using System.Diagnostics;
using System.Text;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>Programs of other people (curl, node, nginx) that .ci/setup test installs. On CI they have to be there.</summary>
static class Tool
{
    public static void Require(string name, string? folder = null)
    {
        var here = Find(name) is not null && (folder is null || Directory.Exists(folder));
        Assert.SkipUnless(here || Environment.GetEnvironmentVariable("CI") == "true", $"{name} is not installed; .ci/setup test does it.");
        Assert.True(here, $"{name} is not installed; .ci/setup test does it.");
    }

    /// <summary>Runs to the end; a failure fails the test with what it wrote.</summary>
    public static async Task<string> RunAsync(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(Find(name) ?? name, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, StandardOutputEncoding = Encoding.UTF8,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{name} ended with {process.ExitCode}: {await errors}{output}");
        return output;
    }

    // sbin is not always on the path
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':').Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
