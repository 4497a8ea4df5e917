using System.Diagnostics;

namespace Dicom2Fhir.PostgresTests.Faults;

/// <summary>A file system in memory of a few megabytes (tmpfs, mounted by root), to be filled.</summary>
sealed class SmallDisk : IAsyncDisposable
{
    SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>Skips the test where the account may not mount; on CI a skipped test is a failure.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        var folder = TestServer.CreateFolder("d2f-disk-");
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=755", "tmpfs", folder) != 0)
        {
            Directory.Delete(folder);
            Assert.Skip("mounting needs root");
        }

        return new SmallDisk(folder);
    }

    /// <summary>Takes all space but some kilobytes.</summary>
    public void Fill(int leave = 256 * 1024)
    {
        using var ballast = new FileStream(Ballast, FileMode.Create);
        var block = new byte[64 * 1024];
        var left = new DriveInfo(Folder).AvailableFreeSpace - leave;
        for (long written = 0; written < left; written += block.Length) ballast.Write(block);
    }

    public void Free() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        for (var attempt = 0; attempt < 50 && Run("umount", Folder) != 0; attempt++) await Task.Delay(100);
        Directory.Delete(Folder);
    }

    static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
