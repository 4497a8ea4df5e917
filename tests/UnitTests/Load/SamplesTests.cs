using Dicom2Fhir.Dicom;
using Dicom2Fhir.Load;
using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Load;

/// <summary>samples/ is what the generator writes, and what the README says of it.</summary>
public sealed class SamplesTests
{
    static string Folder => Path.Combine(Repository.Root, "samples");

    [Fact]
    public void The_generator_writes_the_committed_bytes()
    {
        var made = Samples.Files().ToDictionary(file => file.Path, file => file.Content);
        var committed = Directory.EnumerateFiles(Folder, "*.dcm", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(Folder, file), File.ReadAllBytes);

        Assert.Equal(made.Keys.Order(StringComparer.Ordinal), committed.Keys.Order(StringComparer.Ordinal));
        Assert.All(made, file => Assert.Equal(file.Value, committed[file.Key]));
        Assert.True(committed.Values.Sum(content => content.Length) < 2 * 1024 * 1024);
    }

    [Fact]
    public void Every_sample_is_read_without_a_problem_and_is_an_instance()
    {
        var results = Samples.Files().Select(file => Part10Reader.Read(new MemoryStream(file.Content), TagMap.ReadSet, Limits.Default, CancellationToken.None)).ToList();

        Assert.All(results, file => Assert.Empty(file.Problems));
        Assert.All(results, file => Assert.IsType<ExtractResult.Instance>(TagMap.Extract(file.DataSet)));
    }

    [Fact]
    public void Samples_have_the_variety_the_searches_need()
    {
        var instances = Instances();

        Assert.Equal(60, instances.Select(instance => instance.StudyUid).Distinct().Count());
        Assert.Equal(["CR", "CT", "DX", "MG", "MR", "NM", "PT", "SR", "US"], instances.Select(instance => instance[TagMap.Modality]!).Distinct().Order(StringComparer.Ordinal));
        Assert.All(
            instances.GroupBy(instance => instance[TagMap.Modality]),
            modality => Assert.Equal(2, modality.Select(instance => instance[TagMap.ManufacturerModelName]).Distinct().Count()));
        Assert.Contains(instances, instance => instance[TagMap.BodyPartExamined] is null);
        Assert.Contains(instances, instance => instance[TagMap.BodyPartExamined] == "SCHÄDEL");
        Assert.Contains(instances, instance => instance[TagMap.ContrastBolusAgent] == "Imeron 350");
        Assert.Contains(instances, instance => instance[TagMap.ContrastBolusAgent] == "KEIN KM");
        Assert.Contains(instances, instance => instance[TagMap.ContrastBolusAgent] is null);
        Assert.Contains(instances.GroupBy(instance => instance[TagMap.PatientId]), patient => patient.Select(instance => instance.StudyUid).Distinct().Count() > 1);
    }

    [Fact]
    public void Dose_reports_give_their_studies_totals_and_their_series_dose_and_voltage()
    {
        var mapped = Instances().GroupBy(instance => instance.StudyUid).Select(study => StudyMapper.Map([.. study.GroupBy(one => one.SeriesUid).Select(SeriesAttributes.Of)], Mapping.Build.Options))
            .Where(study => study.Study.Series.Exists(series => series.Modality.Code == "SR")).ToList();
        var liver = mapped.Single(study => study.Study.Description == "CT Leber mehrphasig");

        Assert.Equal(3, mapped.Count);
        Assert.Equal([600m, 140m, 200m, 260m], liver.Observations.OrderBy(one => one.Code.Coding[0].Code).ThenBy(Value).Select(Value));
        Assert.Equal(["113813", "113838", "113838", "113838"], liver.Observations.Select(one => one.Code.Coding[0].Code).Order());
        Assert.Equal(
            [(5.5m, 100m), (8.5m, 100m), (11.5m, 100m)],
            liver.Study.Series.Where(series => series.Modality.Code == "CT").Select(series => (Part(series, "CTDIvol"), Part(series, "KVP"))));
    }

    static List<InstanceAttributes> Instances() =>
        [.. Samples.Files().Select(file => TagMap.Extract(Part10Reader.Read(new MemoryStream(file.Content), TagMap.ReadSet, Limits.Default, CancellationToken.None).DataSet))
            .OfType<ExtractResult.Instance>().Select(result => result.Attributes)];

    static decimal? Value(Observation observation) => (observation.Value as Quantity)?.Value;

    static decimal Part(ImagingStudy.SeriesComponent series, string part) =>
        ((Quantity)series.Extension.Single(one => one.Url == Mii.CtExtension).Extension.Single(one => one.Url == part).Value!).Value!.Value;
}
