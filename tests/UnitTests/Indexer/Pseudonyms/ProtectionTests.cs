using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Pseudonyms;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Indexer.Pseudonyms;

public sealed class ProtectionTests
{
    [Fact]
    public async Task What_names_the_patient_is_replaced_or_gone()
    {
        var kept = await Patients.ProtectAsync(
            (TagMap.PatientId, " 4711 "), (TagMap.IssuerOfPatientId, "KIS"), (TagMap.PatientName, "Müller^Hans"), (TagMap.AccessionNumber, "A 12"),
            (TagMap.StudyDescription, "CT Abdomen Müller"), (TagMap.Modality, "CT"));
        Assert.Equal(Patients.Key.Patient(new("KIS", "4711")), kept[TagMap.PatientId]);
        Assert.Equal(Patients.Key.Accession("A 12"), kept[TagMap.AccessionNumber]);
        Assert.Null(kept[TagMap.IssuerOfPatientId]);
        Assert.Null(kept[TagMap.PatientName]);
        Assert.Equal("CT Abdomen ***", kept[TagMap.StudyDescription]);
        Assert.Equal("CT", kept[TagMap.Modality]);
    }

    [Fact]
    public async Task A_row_of_a_name_or_a_birth_date_is_never_kept()
    {
        var named = TagMap.All.Where(row => row.Privacy is Privacy.ScrubberOnly or Privacy.PatientIdIssuer).ToList();
        var kept = await Patients.ProtectAsync([.. named.Select(row => (row, (string?)"x1"))]);
        Assert.NotEmpty(named);
        Assert.All(named, row => Assert.Null(kept[row]));
    }

    [Fact]
    public async Task Without_a_pseudonym_nothing_of_the_header_goes_on_and_the_others_do()
    {
        using var protection = new Protection(
            new PatientPseudonyms(new Patients.Table(new() { ["a"] = "psn-a", ["b"] = null }), IssuerRule.Own([])), Patients.Key, new PrivacyOptions());
        var results = await protection.ApplyAsync(
            [Patients.Header("1.1", (TagMap.PatientId, "a")), Patients.Header("1.2", (TagMap.PatientId, "b")), HeaderResult.Skipped(Patients.Header("1.3").Input, Reasons.NotDicom, "text")],
            Patients.Cancelled);
        Assert.Equal("psn-a", results[0].Attributes![TagMap.PatientId]);
        Assert.Equal((null, Outcomes.Quarantined, Reasons.Pseudonym, "the service is away"), (results[1].Attributes, results[1].Outcome, results[1].Reason, results[1].Text));
        Assert.Equal(Reasons.NotDicom, results[2].Reason);
    }

    [Fact]
    public void Purposes_and_parts_do_not_run_into_each_other()
    {
        var key = Patients.Key;
        Assert.NotEqual(key.Patient(new("ab", "c")), key.Patient(new("a", "bc")));
        Assert.NotEqual(key.Patient(new("", "x"))[..32], key.Accession("x"));
        Assert.NotEqual(key.Accession("x"), key.Id("x"));
        Assert.Matches("^2\\.25\\.[1-9][0-9]{0,38}$", key.Uid("1.2.3"));
        Assert.Equal(48, key.Patient(new("", "x")).Length);
        Assert.NotEqual(key.KeyId, new KeyedHash(new byte[32]).KeyId);
    }
}
