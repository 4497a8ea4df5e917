using Dicom2Fhir.Store;

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

    /// <summary>Gives back what nothing lives in.</summary>
    public static void Now()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        CompilerMemory.GiveBack();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, time);
        var (allocated, trimmed) = (0L, 0L);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var (now, last) = (GC.GetTotalAllocatedBytes(), GC.GetGCMemoryInfo());
            // What a trim could not give back is in use: only work after it makes another one worth while.
            if (now - allocated < Busy && last.TotalCommittedBytes > Kept && now - trimmed > Worth)
            {
                Now();
                trimmed = GC.GetTotalAllocatedBytes();
            }
            else
            {
                CompilerMemory.GiveBack();
            }

            allocated = now;
        }
    }
}
