using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Dicom2Fhir.Dicom;
using Dicom2Fhir.Load;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Benchmarks;

/// <summary>What does it cost to map a study again when one instance arrives: decoding what is kept, mapping, writing JSON?</summary>
[MemoryDiagnoser]
public class MapStudy
{
    readonly List<SeriesAttributes> series;
    readonly List<byte[]> kept;
    readonly MappedStudy mapped;

    readonly MappingOptions options = new()
    {
        TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
        MakeId = recipe => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe)))[..32],
    };

    public MapStudy()
    {
        var first = Samples.Files()
            .Select(file => TagMap.Extract(Part10Reader.Read(new MemoryStream(file.Content), TagMap.ReadSet, Limits.Default, CancellationToken.None).DataSet))
            .OfType<ExtractResult.Instance>().Select(result => result.Attributes)
            .GroupBy(instance => instance.StudyUid).First();
        series = [.. first.GroupBy(instance => instance.SeriesUid).Select(SeriesAttributes.Of)];
        kept = [.. series.Select(one => one.Encode())];
        mapped = StudyMapper.Map(series, options);
    }

    [Benchmark]
    public List<SeriesAttributes> Decode() => [.. kept.Select(bytes => SeriesAttributes.Decode(bytes))];

    [Benchmark]
    public MappedStudy Map() => StudyMapper.Map(series, options);

    [Benchmark]
    public string Write() => MappedJson.Write(mapped.Study);
}
