using System.Globalization;
using System.Runtime.InteropServices;

namespace Dicom2Fhir.Store;

/// <summary>Runs of the indexer give way to searches: on busy processors whoever waits for an answer comes first (Linux; elsewhere nothing is changed).</summary>
public static class LowPriority
{
    // As nice(1) without a number.
    const int Nice = 10;
    const int OneThread = 0;

    /// <summary>For every thread of this process and those they start. To be called when the embedded server runs: what is started later inherits it.</summary>
    public static void Take()
    {
        if (!OperatingSystem.IsLinux()) return;
        foreach (var thread in Directory.EnumerateDirectories("/proc/self/task")) Lower(uint.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture));
    }

    /// <summary>For a process of an embedded server that works for one connection of this program.</summary>
    internal static void TakeForBackend(int process)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            // in a container of its own the server's numbers are others
            if (File.ReadAllText($"/proc/{process}/comm") == "postgres\n") Lower((uint)process);
        }
        catch (IOException)
        {
            // not of this machine, or gone
        }
    }

    static void Lower(uint thread)
    {
        if (getpriority(OneThread, thread) < Nice) _ = setpriority(OneThread, thread, Nice);
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int getpriority(int which, uint who);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int setpriority(int which, uint who, int priority);
}
