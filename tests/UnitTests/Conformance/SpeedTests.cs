using System.Diagnostics;
using Dicom2Fhir.Conformance;

namespace Dicom2Fhir.UnitTests.Conformance;

public class SpeedTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("small", 3, 0, 300, 0)]
    [InlineData("medium", 20, 5, 20, 0)]
    [InlineData("large", 10, 500, 2, 1_000_000)]
    public void A_valid_study_costs_little(string size, int series, int instances, int rounds, long bytes)
    {
        var study = Studies.Full(series, instances);
        var first = ConformanceEngine.Shipped.Validate(study);
        Assert.True(first.Valid, string.Join('\n', first.Issues));
        for (var i = 0; i < rounds; i++) ConformanceEngine.Shipped.Validate(study);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < rounds; i++) ConformanceEngine.Shipped.Validate(study);
        clock.Stop();
        var allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / rounds;
        output.WriteLine($"{size}: {rounds / clock.Elapsed.TotalSeconds:0} a second, {allocated} bytes");
        if (bytes > 0) Assert.True(allocated < bytes, $"{allocated} bytes allocated");
    }
}
