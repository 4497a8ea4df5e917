using BenchmarkDotNet.Attributes;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.UnitTests.Conformance;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Benchmarks;

/// <summary>What does the write gate cost for a parsed study: 3 series with all extensions, 20 x 5 instances, 10 x 500 instances with details?</summary>
[MemoryDiagnoser]
public class ValidateStudy
{
    readonly ImagingStudy small = Studies.Full(3, 0);
    readonly ImagingStudy medium = Studies.Full(20, 5);
    readonly ImagingStudy large = Studies.Full(10, 500);

    [Benchmark]
    public Report Small() => ConformanceEngine.Shipped.Validate(small);

    [Benchmark]
    public Report Medium() => ConformanceEngine.Shipped.Validate(medium);

    [Benchmark]
    public Report Large() => ConformanceEngine.Shipped.Validate(large);
}
