using Dicom2Fhir.Conformance;
using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class CorpusTests
{
    [Fact]
    public void Every_resource_is_valid_for_the_ballot_with_all_hints() =>
        AssertValid(Corpus.Shared(), 130, Build.Options with { Target = Mii.Ballot, TextHints = TextHintLevel.All });

    static void AssertValid(IEnumerable<string> files, int atLeast, MappingOptions options)
    {
        var studies = Corpus.Studies(files);
        Assert.True(studies.Count >= atLeast, $"{studies.Count} studies");
        var faults = new List<string>();
        foreach (var mapped in studies.Select(study => StudyMapper.Map(study, options)))
        {
            StudyMapperTests.AssertStrict(mapped);
            foreach (var resource in (Resource[])[mapped.Study, .. mapped.Companions])
            {
                var report = ConformanceEngine.Shipped.Validate(MappedJson.Write(resource));
                faults.AddRange(report.Issues.Where(issue => issue.Severity == Severity.Error).Select(issue => $"{mapped.Study.Identifier[0].Value} {resource.TypeName} {issue}"));
                if (resource is not Observation && !report.ProfileJudgedBy!.EndsWith("|" + options.Target, StringComparison.Ordinal))
                    faults.Add($"{resource.TypeName} judged by {report.ProfileJudgedBy}");
            }
        }

        Assert.Empty(faults);
    }
}
