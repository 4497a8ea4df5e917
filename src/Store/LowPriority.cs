using System.Globalization;
using System.Runtime.InteropServices;

namespace Dicom2Fhir.Store;

/// <summary>
/// Runs of the indexer give way to searches: on busy processors whoever waits for an answer comes first (Linux; elsewhere nothing is changed). Where the
/// kernel groups processes by session (sched(7), autogroup), nice values count within a session only, and each PostgreSQL process has one of its own: then
/// the session gets the value as well.
/// </summary>
public static class LowPriority
{
    // As nice(1) without a number.
    const int Nice = 10;
    const int OneThread = 0;

    // The kernel takes ten changes a second of all users together.
    const int Tries = 5;
    static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(120);

    /// <summary>For every thread of this process and those they start. To be called when the embedded server runs: what is started later inherits it.</summary>
    /// <remarks>Its session too where that is its own, as a service's or a timer's is; that of a terminal is others' as well.</remarks>
    public static void Take()
    {
        if (!OperatingSystem.IsLinux()) return;
        foreach (var thread in Directory.EnumerateDirectories("/proc/self/task")) Lower(uint.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture));
        LowerSession(Environment.ProcessId);
    }

    /// <summary>For a process of an embedded server that works for one connection of this program.</summary>
    internal static void TakeForBackend(int process)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            // in a container of its own the server's numbers are others
            if (File.ReadAllText($"/proc/{process}/comm") != "postgres\n") return;
        }
        catch (IOException)
        {
            return;     // not of this machine, or gone
        }

        Lower((uint)process);
        LowerSession(process);
    }

    static void Lower(uint thread)
    {
        if (getpriority(OneThread, thread) < Nice) _ = setpriority(OneThread, thread, Nice);
    }

    static void LowerSession(int leader)
    {
        if (getsid(leader) != leader) return;
        var group = $"/proc/{leader}/autogroup";
        for (var left = Tries; left > 0; left--)
        {
            try
            {
                // "/autogroup-57 nice 0"
                if (int.Parse(File.ReadAllText(group).Split(' ')[^1], CultureInfo.InvariantCulture) < Nice) File.WriteAllText(group, Nice.ToString(CultureInfo.InvariantCulture));
                return;
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or FormatException)
            {
                return;     // a kernel without such groups, a process that is gone or of another account
            }
            catch (IOException)
            {
                Thread.Sleep(BetweenTries);
            }
        }
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int getpriority(int which, uint who);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int setpriority(int which, uint who, int priority);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int getsid(int process);
}
