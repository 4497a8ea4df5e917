using BenchmarkDotNet.Attributes;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.Benchmarks;

/// <summary>Is parsing a portal's query ever worth caching? A list of 500 patients is TORCH's, the short one FLARE's.</summary>
[MemoryDiagnoser]
public class ParseQuery
{
    readonly QueryContext context = new(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), [new Uri("http://localhost/fhir")]);

    readonly KeyValuePair<string, string>[] criterion =
        [KeyValuePair.Create("modality", "http://dicom.nema.org/resources/ontology/DCM|CT"), KeyValuePair.Create("started", "ge2020-01-01")];

    readonly KeyValuePair<string, string>[] patients = [KeyValuePair.Create("patient", string.Join(',', Enumerable.Range(0, 500).Select(i => $"Patient/{i:x32}")))];

    [Benchmark(Baseline = true)]
    public ParsedQuery Criterion() => QueryStringParser.Parse(ServedType.ImagingStudy, criterion, context);

    [Benchmark]
    public ParsedQuery FiveHundredPatients() => QueryStringParser.Parse(ServedType.ImagingStudy, patients, context);
}
