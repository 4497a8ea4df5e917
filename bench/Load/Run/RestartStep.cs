using System.Globalization;

namespace Dicom2Fhir.Load.Run;

/// <summary>Start of the facade on the data, and its memory after everything the run asked of it.</summary>
static class RestartStep
{
    const int Starts = 5;

    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench)
    {
        var times = new Times();
        for (var start = 0; start < Starts; start++)
        {
            await bench.StopFacadeAsync();
            times.Add((await bench.FacadeAsync()).Startup.TotalMilliseconds);
        }

        return [new Row("", "restart of the facade to ready", "dicom2fhir serve, until its ready line", Starts, times.Median, times.P95, Goal: "under 3,000 ms", Met: times.Most < 3000)];
    }

    public static async Task<IReadOnlyList<Row>> MemoryAsync(Bench bench)
    {
        var facade = await bench.FacadeAsync();
        var peak = facade.PeakMemory;
        return [new Row("", "memory of the facade after all of this", "VmHWM", peak, Goal: "under 300 MB", Met: peak < 300L << 20, Note: string.Create(CultureInfo.InvariantCulture, $"{peak / 1048576.0:0} MB"))];
    }
}
