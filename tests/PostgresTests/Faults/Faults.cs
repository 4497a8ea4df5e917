using System.Diagnostics;
using System.Globalization;
using Dicom2Fhir.PostgresTests.Indexer;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.PostgresTests.Faults;

/// <summary>How hard the fault tests try: bounded in CI, as the catalogue says with DICOM2FHIR_FAULTS=full.</summary>
static class Faults
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("DICOM2FHIR_FAULTS") == "full";

    public static int Bounded(int ci, int full) => IsFull ? full : ci;

    /// <summary>Every fault test ends here.</summary>
    public static async Task EndsSoundAsync(this Site site)
    {
        var (code, lines) = await site.VerifyAsync();
        Assert.True(code == 0, string.Join('\n', lines.TakeLast(20).Select(line => line.GetRawText())));
    }

    /// <summary>Files of studies with two instances each.</summary>
    public static void AddStudies(this Site site, int from, int count)
    {
        for (var study = from; study < from + count; study++)
        {
            site.Add(string.Create(CultureInfo.InvariantCulture, $"{study:00000}/1"), DicomFiles.Instance(study));
            site.Add(string.Create(CultureInfo.InvariantCulture, $"{study:00000}/2"), DicomFiles.Instance(study, 2, 2));
        }
    }

    /// <summary>What an undisturbed index of the same files stores.</summary>
    public static async Task EqualsUndisturbedAsync(this Site site)
    {
        await using var undisturbed = await site.CopyAsync();
        await undisturbed.DoAsync("index", site.Files);
        Assert.Equal(await undisturbed.ContentAsync(), await site.ContentAsync());
    }

    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        for (var waited = Stopwatch.StartNew(); !await holds(); await Task.Delay(20, TestContext.Current.CancellationToken))
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(5), what + " did not happen");
    }
}

/// <summary>A cluster of its own, to be killed and filled.</summary>
sealed class OwnCluster : IAsyncDisposable
{
    readonly List<EmbeddedCluster> opened = [];
    readonly bool isTemporary;

    OwnCluster(string? folder)
    {
        isTemporary = folder is null;
        Folder = folder ?? TestServer.CreateFolder("d2f-fault-");
    }

    public string Folder { get; }

    public string ConnectionString => opened[^1].OwnerConnectionString;

    public static async Task<OwnCluster> StartAsync(string? folder = null)
    {
        var cluster = new OwnCluster(folder);
        await cluster.StartAgainAsync();
        return cluster;
    }

    /// <summary>Starts what was killed.</summary>
    public async Task StartAgainAsync() => opened.Add(await EmbeddedCluster.OpenAsync(Folder, TestContext.Current.CancellationToken));

    /// <summary>kill -9 of the postmaster; its children end by themselves.</summary>
    public void Kill() => Kill(Folder);

    /// <summary>The same to the cluster of another data folder.</summary>
    public static void Kill(string folder)
    {
        var home = DataFolder.HomeOf(folder);
        using var postmaster = Process.GetProcessById(int.Parse(File.ReadLines(Path.Combine(home, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture));
        postmaster.Kill();
        postmaster.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in opened) await cluster.DisposeAsync();
        if (isTemporary) DataFolder.Delete(Folder);
    }
}
