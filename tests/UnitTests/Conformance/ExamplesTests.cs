using Dicom2Fhir.Conformance;

namespace Dicom2Fhir.UnitTests.Conformance;

public class ExamplesTests
{
    [Theory]
    [InlineData("ImagingStudy")]
    [InlineData("Device")]
    [InlineData("MedicationAdministration")]
    public void The_official_examples_are_valid(string type)
    {
        Shared.Require();
        var files = Directory.GetFiles(Path.Combine(Repository.Shared!, "mii", "examples"), type + "-*.json");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var report = ConformanceEngine.Shipped.Validate(File.ReadAllBytes(file));
            Assert.True(report.Valid, $"{file}: {string.Join('\n', report.Issues)}");
            Assert.EndsWith("|2026.0.0", report.ProfileJudgedBy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_study_of_the_test_data_is_invalid_at_its_laterality()
    {
        Shared.Require();
        var file = Directory.GetFiles(Path.Combine(Repository.Shared!, "mii", "examples", "mii-testdata"), "ImagingStudy*.json").Single();
        var report = ConformanceEngine.Shipped.Validate(File.ReadAllBytes(file));
        var error = Assert.Single(report.Issues, issue => issue.Severity == Severity.Error);
        Assert.Equal(("ImagingStudy.series[0].laterality", "binding:required"), (error.Expression, error.Rule));
    }

    [Theory]
    [InlineData("2025.0.2", true, "contrastBolus is optional there")]
    [InlineData("2026.0.0", false, "contrastBolus is mandatory")]
    [InlineData("2027.0.0-ballot", false, "contrastBolus is mandatory")]
    public void Versions_are_judged_side_by_side(string version, bool valid, string reason)
    {
        var study = Studies.Full(1, 0);
        study.Meta!.Profile = [Studies.Profile("pr-bildgebung-bildgebungsstudie|" + version)];
        study.Series[0].Extension = [Studies.Parts("kontrastmittel", ("contrastBolusDetails", new Hl7.Fhir.Model.ResourceReference("MedicationAdministration/m1")))];
        var report = ConformanceEngine.Shipped.Validate(study);
        Assert.True(report.Valid == valid, $"{reason}: {string.Join('\n', report.Issues)}");
        Assert.EndsWith("|" + version, report.ProfileJudgedBy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_that_is_not_loaded_is_a_warning_and_the_default_profile_judges()
    {
        var study = Studies.Full(1, 0);
        study.Meta!.Profile = [Studies.Profile("pr-bildgebung-bildgebungsstudie|2019.1")];
        study.Series[0].Laterality = new("http://snomed.info/sct", "419161000");
        var report = ConformanceEngine.Shipped.Validate(study);
        Assert.Contains(report.Issues, i => i is { Severity: Severity.Warning, Rule: "unresolved-profile", Expression: "ImagingStudy.meta.profile[0]" });
        Assert.Contains(report.Issues, i => i is { Severity: Severity.Error, Expression: "ImagingStudy.series[0].laterality" });
        Assert.EndsWith("|2026.0.0", report.ProfileJudgedBy, StringComparison.Ordinal);
    }
}
