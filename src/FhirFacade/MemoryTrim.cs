using System.Runtime;
using System.Runtime.InteropServices;

namespace Dicom2Fhir.FhirFacade;

/// <summary>
/// Gives memory back after a burst of large requests, and what compiling code took. The runtime and the C library keep what they once needed until they
/// are busy again; on a machine that is shared with the database that is memory the page cache lacks.
/// </summary>
sealed class MemoryTrim(TimeProvider time) : BackgroundService
{
    static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    // A facade at rest holds about 15 MiB of heap, with bitmaps 60.
    const long Kept = 192 * 1024 * 1024;

    // Bytes a period: who allocates more is busy, and collects by himself.
    const long Busy = 160 * 1024 * 1024;

    // Bytes: some requests. Pages live in memory that is lent, so a facade can work long without a collection of its own.
    const long Worth = 1024 * 1024;

    // Methods: some requests of a new kind, or what was found hot and is compiled again.
    const long Compiled = 200;

    /// <summary>Gives back what nothing lives in: 67 of 83 MB after the profiles were compiled.</summary>
    public static void Now()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TrimNative();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, time);
        var (allocated, trimmed, compiled) = (0L, 0L, JitInfo.GetCompiledMethodCount());
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var (now, last) = (GC.GetTotalAllocatedBytes(), GC.GetGCMemoryInfo());
            // What a trim could not give back is in use: only work after it makes another one worth while.
            if (now - allocated < Busy && last.TotalCommittedBytes > Kept && now - trimmed > Worth)
            {
                Now();
                trimmed = GC.GetTotalAllocatedBytes();
            }
            else if (JitInfo.GetCompiledMethodCount() - compiled > Compiled)
            {
                TrimNative();
                compiled = JitInfo.GetCompiledMethodCount();
            }

            allocated = now;
        }
    }

    // The compiler takes its memory from the C library, which keeps up to 64 MB of it an arena, unused.
    static void TrimNative()
    {
        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // a C library that has no such call (musl) does not keep it
        }
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int malloc_trim(nuint pad);
}
