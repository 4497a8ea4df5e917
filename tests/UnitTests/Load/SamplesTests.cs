using Dicom2Fhir.Dicom;
using Dicom2Fhir.Load;
using Dicom2Fhir.Mapping;

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
        var instances = Samples.Files()
            .Select(file => TagMap.Extract(Part10Reader.Read(new MemoryStream(file.Content), TagMap.ReadSet, Limits.Default, CancellationToken.None).DataSet))
            .OfType<ExtractResult.Instance>().Select(result => result.Attributes).ToList();

        Assert.Equal(60, instances.Select(instance => instance.StudyUid).Distinct().Count());
        Assert.Equal(["CR", "CT", "DX", "MG", "MR", "NM", "PT", "US"], instances.Select(instance => instance[TagMap.Modality]!).Distinct().Order(StringComparer.Ordinal));
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
}
