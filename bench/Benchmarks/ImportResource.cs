using System.Text;
using BenchmarkDotNet.Attributes;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Load.Data;
using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Outlines;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Benchmarks;

/// <summary>What does each stage of an import cost for a hospital's average study (4 kB of JSON)? Time a resource: parsing, rules of all versions, index entries, the text to store.</summary>
[MemoryDiagnoser]
public class ImportResource
{
    const int Studies = 200;

    readonly byte[][] lines;
    readonly ImagingStudy[] parsed;
    readonly IndexExtractor extractor = new(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
    readonly DateTime now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    public ImportResource()
    {
        var source = new StudySource(1, messy: false);
        var resources = new StudyResource(source, false);
        lines = [.. source.Range(0, Studies).Select(study => Encoding.UTF8.GetBytes(MappedJson.Write(resources.Of(study))))];
        parsed = [.. lines.Select(line => (ImagingStudy)QuickReader.Read(line)!)];
    }

    [Benchmark(OperationsPerInvoke = Studies)]
    public void Parse()
    {
        foreach (var line in lines) QuickReader.Read(line);
    }

    [Benchmark(OperationsPerInvoke = Studies)]
    public void Judge()
    {
        for (var i = 0; i < Studies; i++) ConformanceEngine.Shipped.ValidateVersions(parsed[i], lines[i]);
    }

    [Benchmark(OperationsPerInvoke = Studies)]
    public void Extract()
    {
        foreach (var study in parsed) extractor.Extract(ServedType.ImagingStudy, study, now);
    }

    [Benchmark(OperationsPerInvoke = Studies)]
    public void Text()
    {
        for (var i = 0; i < Studies; i++)
        {
            var document = ResourceText.Parse(Encoding.UTF8.GetString(lines[i])).WithVersion(1, now);
            Outline.Split(ServedType.ImagingStudy, parsed[i].Id!, 1, now, document);
        }
    }
}
