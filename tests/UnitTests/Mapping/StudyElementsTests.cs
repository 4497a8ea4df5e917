using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class StudyElementsTests
{
    [Fact]
    public void Procedure_codes_have_their_system_and_local_ones_are_text()
    {
        var study = Build.MapOne(
            (TagMap.ProcedureCode.Code, "P5-09051\\CTTHOR\\24627-2"), (TagMap.ProcedureCode.Scheme, "SRT\\99KIS\\LN"), (TagMap.ProcedureCode.Meaning, "CT\\CT Thorax\\Chest CT"),
            (TagMap.RequestedProcedureCode.Code, "1"), (TagMap.RequestedProcedureCode.Scheme, "99X"), (TagMap.RequestedProcedureCode.Meaning, "not used")).Study;

        Assert.Equal(["Chest CT", "CT Thorax"], study.ProcedureCode.Where(concept => concept.Text is not "CT").Select(concept => concept.Text));
        Assert.Equal(("http://loinc.org", "24627-2"), study.ProcedureCode.Single(concept => concept.Text == "Chest CT").Coding.Select(coding => (coding.System!, coding.Code!)).Single());
        Assert.Empty(study.ProcedureCode.Single(concept => concept.Text == "CT Thorax").Coding);
    }

    [Fact]
    public void Without_a_performed_procedure_the_requested_one_counts() => Assert.Equal(
        "CT Thorax", Assert.Single(Build.MapOne((TagMap.RequestedProcedureCode.Code, "1"), (TagMap.RequestedProcedureCode.Scheme, "99X"), (TagMap.RequestedProcedureCode.Meaning, "CT Thorax")).Study.ProcedureCode).Text);

    [Theory]
    [InlineData("Staging", "KIS", "Staging")]
    [InlineData("", "KIS", "KIS")]
    [InlineData(null, null, "Verlauf")]
    public void The_imaging_reason_is_the_first_text_that_is_stated(string? own, string? request, string expected)
    {
        var study = Build.MapOne((TagMap.ReasonForRequest, own), (TagMap.RequestReason, request), (TagMap.ReasonForVisit, "Verlauf")).Study;

        Assert.Equal((Mii.ReasonExtension, expected), (study.Extension.Single().Url, (study.Extension[0].Value as FhirString)?.Value));
    }

    [Fact]
    public void Fillers_are_no_reason_and_disagreeing_texts_none_either()
    {
        Assert.Empty(Build.MapOne((TagMap.ReasonForRequest, "###")).Study.Extension);
        Assert.Empty(Build.Map(Build.Instance("1.1", (TagMap.ReasonForRequest, "A")), Build.Instance("1.2", (TagMap.ReasonForRequest, "B"))).Study.Extension);
    }

    [Fact]
    public void Reason_codes_come_together_once_each()
    {
        var study = Build.Map(
            Build.Instance("1.1", (TagMap.ReasonCode.Code, "59282003"), (TagMap.ReasonCode.Scheme, "SCT"), (TagMap.ReasonCode.Meaning, "Pulmonary embolism")),
            Build.Instance("1.2", (TagMap.RequestReasonCode.Code, "59282003"), (TagMap.RequestReasonCode.Scheme, "SCT"), (TagMap.AdmittingDiagnosisCode.Code, "I26.9"), (TagMap.AdmittingDiagnosisCode.Scheme, "I10"))).Study;

        Assert.Equal([("http://hl7.org/fhir/sid/icd-10", "I26.9"), ("http://snomed.info/sct", "59282003")], study.ReasonCode.Select(concept => (concept.Coding[0].System, concept.Coding[0].Code)));
        Assert.Equal("Pulmonary embolism", study.ReasonCode[1].Text);
    }

    [Fact]
    public void The_accession_of_a_request_is_a_logical_reference()
    {
        var reference = Assert.Single(Build.MapOne((TagMap.RequestAccession, "hash1\\hash1")).Study.BasedOn);

        Assert.Equal(("ServiceRequest", "hash1", null), (reference.Type, reference.Identifier?.Value, reference.Reference));
    }

    [Fact]
    public void What_describes_the_request_stands_in_for_the_description() =>
        Assert.Equal("CT Thorax", Build.MapOne((TagMap.RequestedProcedureDescription, "CT Thorax")).Study.Description);
}
