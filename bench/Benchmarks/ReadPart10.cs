using BenchmarkDotNet.Attributes;
using Dicom2Fhir.Dicom;
using Dicom2Fhir.Load;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Benchmarks;

/// <summary>How long does a small header take, and what does the read set save against decoding everything?</summary>
[MemoryDiagnoser]
public class ReadPart10
{
    readonly byte[] file = Samples.Files().First().Content;

    /// <summary>The floor: every byte is touched once.</summary>
    [Benchmark(Baseline = true)]
    public int Sum()
    {
        var sum = 0;
        foreach (var one in file) sum += one;
        return sum;
    }

    [Benchmark]
    public DicomFile WithReadSet() => Part10Reader.Read(new MemoryStream(file), TagMap.ReadSet, Limits.Default, CancellationToken.None);

    [Benchmark]
    public DicomFile Everything() => Part10Reader.Read(new MemoryStream(file), ReadSet.All, Limits.Default, CancellationToken.None);
}
