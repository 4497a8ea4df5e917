using Dicom2Fhir.Conformance;
using Dicom2Fhir.Conformance.Profiles;

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

    [Theory]
    [InlineData("Procedure-mii-exa-bildgebung-bildgebungsprozedur", true, null, "its SNOMED CT and OPS codes are undecided")]
    [InlineData("Procedure-mii-exa-bildgebung-radiologische-befundungsprozedur", true, null, "the same")]
    [InlineData("Procedure-mii-exa-bildgebung-tnm-radiologische-befundungsprozedur", true, null, "the draft profile is read by its own canonical")]
    [InlineData("ServiceRequest-mii-exa-bildgebung-anforderung-bildgebung", true, null, "references to resources elsewhere are judged by type")]
    [InlineData("DiagnosticReport-mii-exa-bildgebung-radiologischer-Befund", true, null, "LOINC and SNOMED CT codes are undecided")]
    [InlineData("Observation-mii-exa-bildgebung-radiologische-beobachtung", true, null, "the slices of other systems are optional")]
    [InlineData("CarePlan-mii-exa-bildgebung-behandlungsempfehlung", true, null, "nothing but must-support beside R4")]
    [InlineData("Composition-mii-exa-bildgebung-semistrukt-befundbericht", true, null, "all mandatory sections are there")]
    [InlineData("BodyStructure-mii-exa-bildgebung-koerperstruktur", false, "BodyStructure.locationQualifier[0]", "7771000 (Left) is not in siteQualifier-eu")]
    public void An_example_of_another_type_is_judged_by_the_published_package(string name, bool valid, string? expression, string reason)
    {
        Shared.Require();
        var mii = Path.Combine(Repository.Shared!, "mii");
        var engine = ConformanceEngine.Shipped.With(PackageReader.Read(Path.Combine(mii, "dependencies")), PackageReader.Read(Path.Combine(mii, "bildgebung-2026.0.0")));
        var report = engine.Validate(File.ReadAllBytes(Path.Combine(mii, "examples", name + ".json")));
        var errors = report.Issues.Where(i => i.Severity == Severity.Error).ToList();
        Assert.True(report.Valid == valid, $"{reason}: {string.Join('\n', errors)}");
        Assert.Equal(expression, errors.FirstOrDefault()?.Expression);
        Assert.Contains("/modul-bildgebung/", report.ProfileJudgedBy, StringComparison.Ordinal);
        Assert.True(ConformanceEngine.Shipped.Validate(File.ReadAllBytes(Path.Combine(mii, "examples", name + ".json"))).Valid, "by R4 alone");
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
