using Dicom2Fhir.Conformance;
using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Commands;
using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Conformance;

/// <summary>What `index` makes of real headers is conformant by construction: an error here is a defect of the mapping.</summary>
public class IndexOutputTests(ITestOutputHelper output)
{
    [Fact]
    public void Of_the_samples_is_valid() => Check(Path.Combine(Repository.Root, "samples"));

    [Fact]
    public void Of_the_corpus_is_valid()
    {
        Shared.Require();
        Check(Path.Combine(Repository.Shared!, "dicom"));
    }

    void Check(string folder)
    {
        var instances = new FolderSource([folder]).Inputs().Select(input => HeaderReader.Read(input, TestContext.Current.CancellationToken).Attributes)
            .OfType<InstanceAttributes>().Select(instance => instance.With((row, value) => row == TagMap.PatientId ? "p1" : value)).ToList();
        var judged = 0;
        var errors = new List<string>();
        foreach (var study in instances.GroupBy(instance => instance.StudyUid))
        {
            var series = study.GroupBy(instance => instance.SeriesUid).Select(group => SeriesAttributes.Of([.. group.DistinctBy(i => i.SopUid)])).ToList();
            if (StudyMapper.Subjects(series).Count != 1) continue;
            foreach (var resource in Resources(StudyMapper.Map(series, IndexCommand.Mapping(new IndexerOptions { TimeZone = TimeZoneInfo.Utc, DataFolder = "" }))))
            {
                judged++;
                var report = ConformanceEngine.Shipped.Validate(MappedJson.Write(resource));
                Assert.EndsWith("|2026.0.0", report.ProfileJudgedBy, StringComparison.Ordinal);
                errors.AddRange(report.Issues.Where(issue => issue.Severity == Severity.Error).Select(issue => $"{resource.TypeName}/{resource.Id}: {issue}"));
            }
        }

        output.WriteLine($"{judged} resources");
        Assert.True(judged > 10, $"{judged} resources");
        Assert.Empty(errors);
    }

    // Every resource of the mapping: what is added to MappedStudy is found here by itself.
    static IEnumerable<Resource> Resources(MappedStudy mapped) =>
        typeof(MappedStudy).GetProperties().Select(property => property.GetValue(mapped))
            .SelectMany(value => value is Resource one ? [one] : value is IEnumerable<Resource> many ? many : []);
}
