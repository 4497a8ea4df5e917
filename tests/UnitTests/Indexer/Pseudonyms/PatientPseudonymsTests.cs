using Dicom2Fhir.Indexer.Pseudonyms;

namespace Dicom2Fhir.UnitTests.Indexer.Pseudonyms;

public sealed class PatientPseudonymsTests
{
    [Theory]
    [InlineData("psn.A-1", null, "letters, digits, dot and minus")]
    [InlineData("", "the pseudonym is empty", "nothing")]
    [InlineData("psn_1", "the pseudonym is no FHIR id", "an underscore")]
    [InlineData("psn/1", "the pseudonym is no FHIR id", "a slash would be another reference")]
    [InlineData("psn 1", "the pseudonym is no FHIR id", "a blank")]
    [InlineData("psnä", "the pseudonym is no FHIR id", "an umlaut")]
    [InlineData("A-17", "the pseudonym is the Patient ID itself", "the original")]
    [InlineData("a-17", "the pseudonym is the Patient ID itself", "the original in other letters")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123", null, "64 characters")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234", "the pseudonym has more than 64 characters", "65 characters")]
    [InlineData(null, "the service is away", "its own trouble")]
    public async Task An_answer_becomes_an_id_only_when_it_may_be_one(string? answer, string? trouble, string reason)
    {
        var judged = (await Find(new() { ["A-17"] = answer }, "A-17")).Single().Value;
        Assert.True(trouble is null ? judged.Pseudonym == answer && judged.Trouble is null : judged.Pseudonym is null && judged.Trouble!.StartsWith(trouble, StringComparison.Ordinal), reason);
    }

    [Fact]
    public async Task A_patient_left_out_has_none() =>
        Assert.Equal("the pseudonym service left this patient out", (await Find([], "a"))[new("", "a")].Trouble);

    [Fact]
    public async Task One_pseudonym_for_two_patients_is_neithers()
    {
        var judged = await Find(new() { ["a"] = "same", ["b"] = "same", ["c"] = "other" }, "a", "b", "c");
        Assert.Equal([null, null, "other"], judged.OrderBy(pair => pair.Key.Id, StringComparer.Ordinal).Select(pair => pair.Value.Pseudonym));
        Assert.Equal("one pseudonym was given to several patients", judged[new("", "a")].Trouble);
    }

    [Theory]
    [InlineData("", "", true, "no issuer: the hospital's own")]
    [InlineData("KIS", "", false, "an issuer nobody named")]
    [InlineData("kis", "KIS", true, "the named one")]
    [InlineData("Klinik B", "KIS", false, "another one: its 4711 is somebody else")]
    [InlineData("Klinik B", "*", true, "any")]
    public async Task Patients_of_other_issuers_are_not_asked_for(string issuer, string own, bool asked, string reason)
    {
        var patient = new PatientKey(issuer, "4711");
        var answer = (await new PatientPseudonyms(new Patients.Table(new() { ["4711"] = "psn" }), IssuerRule.Own(own.Length == 0 ? [] : [own])).FindAsync([patient], Patients.Cancelled))[patient];
        Assert.True(asked ? answer.Pseudonym == "psn" : answer.Trouble!.Contains("Pseudonyms__Issuers", StringComparison.Ordinal), reason);
    }

    [Fact]
    public async Task With_and_without_the_own_issuer_it_is_one_patient()
    {
        var service = new PatientPseudonyms(new Patients.Table(new() { ["1"] = "psn" }), IssuerRule.Own(["KIS"]));
        var answers = await service.FindAsync([new("", "1"), new("KIS", "1")], Patients.Cancelled);
        Assert.All(answers.Values, answer => Assert.Equal("psn", answer.Pseudonym));
    }

    static Task<IReadOnlyDictionary<PatientKey, PseudonymAnswer>> Find(Dictionary<string, string?> answers, params string[] patients) =>
        new PatientPseudonyms(new Patients.Table(answers), IssuerRule.Own([])).FindAsync([.. patients.Select(patient => new PatientKey("", patient))], Patients.Cancelled);
}
