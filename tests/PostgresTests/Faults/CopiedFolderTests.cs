using System.Diagnostics;
using System.Globalization;
using Dicom2Fhir.PostgresTests.Indexer;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.PostgresTests.Faults;

/// <summary>A data folder copied while it is used: two clusters, each whole, or a sentence.</summary>
public sealed class CopiedFolderTests
{
    [Fact]
    public async Task A_copy_of_one_moment_starts_beside_the_original_and_is_sound()
    {
        await using var original = await OwnCluster.StartAsync();
        await using var site = Site.Over(original.ConnectionString);
        site.AddStudies(0, 50);
        await site.DoAsync("index", site.Files);
        site.AddStudies(50, Faults.Bounded(ci: 300, full: 2_000));
        using var indexer = site.Start("index", site.Files);
        await Faults.UntilAsync(async () => await site.ValueAsync<long>("select count(*) from intake.input") > 100 || indexer.HasExited, "a commit of the second run");

        var copied = TestServer.CreateFolder("d2f-copy-");
        Snapshot(original.Folder, copied);
        await using (var copy = await OwnCluster.StartAsync(copied))
        await using (var elsewhere = site.WithKey(Site.Over(copy.ConnectionString)))
        {
            Assert.InRange(await elsewhere.ValueAsync<long>("select count(*) from resource where type = 1"), 50, 50 + Faults.Bounded(ci: 300, full: 2_000));
            await elsewhere.EndsSoundAsync();
            Assert.Equal(0, (await indexer.EndAsync()).ExitCode);        // the original never noticed
            await elsewhere.DoAsync("index", site.Files);
            Assert.Equal(await site.ContentAsync(), await elsewhere.ContentAsync());
            await elsewhere.EndsSoundAsync();
        }

        await site.EndsSoundAsync();
        Directory.Delete(copied, recursive: true);
    }

    [Fact]
    public async Task A_copy_that_points_to_the_cluster_of_the_original_is_refused_and_a_moved_folder_is_not()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root starts the server as another account");
        var parent = Directory.CreateTempSubdirectory("d2f-private-").FullName;           // of root alone: the server's account cannot enter it
        var (folder, copy, moved) = (Path.Combine(parent, "data"), Path.Combine(parent, "copy"), Path.Combine(parent, "moved"));
        await (await EmbeddedCluster.OpenAsync(folder, TestContext.Current.CancellationToken)).DisposeAsync();
        var home = (await File.ReadAllTextAsync(Path.Combine(folder, "postgres.path"), TestContext.Current.CancellationToken)).Trim();
        Assert.Equal(0, ServerProcess.Run("cp", ["-a", folder, copy]).ExitCode);

        var refused = await Assert.ThrowsAsync<StoreException>(() => EmbeddedCluster.OpenAsync(copy, TestContext.Current.CancellationToken));
        Assert.StartsWith($"The data folder {copy} is a copy of {folder}, whose database lies in {home}", refused.Message, StringComparison.Ordinal);
        Directory.Delete(copy, recursive: true);

        Directory.Move(folder, moved);
        await (await EmbeddedCluster.OpenAsync(moved, TestContext.Current.CancellationToken)).DisposeAsync();
        Directory.CreateSymbolicLink(folder, moved);
        await (await EmbeddedCluster.OpenAsync(folder, TestContext.Current.CancellationToken)).DisposeAsync();
        Directory.Delete(parent, recursive: true);
        Directory.Delete(home, recursive: true);
    }

    // All processes of the server stand still meanwhile, as under a snapshot of the file system.
    static void Snapshot(string from, string to)
    {
        var postmaster = File.ReadLines(Path.Combine(from, "postgres", "data", "postmaster.pid")).First();
        Signal("-STOP", postmaster);
        var children = File.ReadAllText($"/proc/{postmaster}/task/{postmaster}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        try
        {
            foreach (var child in children) Signal("-STOP", child);
            Assert.Equal(0, ServerProcess.Run("cp", ["-a", Path.Combine(from, "postgres"), to]).ExitCode);
        }
        finally
        {
            foreach (var child in children) Signal("-CONT", child);
            Signal("-CONT", postmaster);
        }
    }

    static void Signal(string signal, string pid)
    {
        using var kill = Process.Start("kill", [signal, int.Parse(pid, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
