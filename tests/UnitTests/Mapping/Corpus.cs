using Dicom2Fhir.Dicom;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

/// <summary>Studies of real files, mapped without pseudonyms.</summary>
static class Corpus
{
    public static IEnumerable<string> Shared()
    {
        Skip();
        return Directory.EnumerateFiles(Path.Combine(Repository.Shared!, "dicom"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
    }

    public static IEnumerable<string> Samples() => Directory.EnumerateFiles(Path.Combine(Repository.Root, "samples"), "*.dcm", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    /// <summary>The attributes of a file; null for what is no instance of a study.</summary>
    public static InstanceAttributes? Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var data = Part10Reader.Read(stream, TagMap.ReadSet, Limits.Default, CancellationToken.None).DataSet;
            return (TagMap.Extract(data) as ExtractResult.Instance)?.Attributes;
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }

    /// <summary>Series of each study, every instance of one patient: the corpus has studies that name several.</summary>
    public static List<List<SeriesAttributes>> Studies(IEnumerable<string> files) =>
        [.. files.Select(Read).OfType<InstanceAttributes>().Select(OfOnePatient).GroupBy(instance => instance.StudyUid)
            .Select(study => study.GroupBy(instance => instance.SeriesUid)
                .Select(series => SeriesAttributes.Of(series.DistinctBy(instance => instance.SopUid))).ToList())];

    public static MappedStudy Map(params string[] files)
    {
        Skip();
        return StudyMapper.Map(Assert.Single(Studies(files.Select(file => Path.Combine(Repository.Shared!, "dicom", file)))), Build.Options);
    }

    static void Skip() =>
        Assert.SkipWhen(Repository.Shared is null && Environment.GetEnvironmentVariable("CI") != "true", "the corpus is not there");

    static InstanceAttributes OfOnePatient(InstanceAttributes instance) => instance.With((row, value) => row == TagMap.PatientId ? "p1" : value);
}
