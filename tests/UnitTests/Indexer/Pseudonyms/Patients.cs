using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Pseudonyms;
using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Indexer.Pseudonyms;

/// <summary>Builders of the pseudonym tests, and a service that answers from a table.</summary>
static class Patients
{
    public static KeyedHash Key { get; } = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static HeaderResult Header(string sopUid, params (TagRow Row, string? Value)[] values) =>
        new(new Input("/in/" + sopUid, FileKind.Regular, 1, null), Mapping.Build.Instance(sopUid, values), Outcomes.Stored, null, null);

    public static Task<InstanceAttributes> ProtectAsync(params (TagRow Row, string? Value)[] values) => ProtectAsync(new PrivacyOptions(), values);

    public static async Task<InstanceAttributes> ProtectAsync(PrivacyOptions policy, params (TagRow Row, string? Value)[] values)
    {
        using var protection = new Protection(new PatientPseudonyms(new HmacPseudonyms(Key), IssuerRule.Kept), Key, policy);
        return (await protection.ApplyAsync([Header("1.2.3.1.1", values)], Cancelled)).Single().Attributes!;
    }

    /// <summary>The answers to Patient IDs without issuer, in their order.</summary>
    public static async Task<IReadOnlyList<PseudonymAnswer>> AskAsync(IPseudonymService service, params string[] ids)
    {
        var answers = await service.FindAsync([.. ids.Select(id => new PatientKey("", id))], Cancelled);
        return [.. ids.Select(id => answers.GetValueOrDefault(new PatientKey("", id)))];
    }

    public sealed class Table(Dictionary<string, string?> answers) : IPseudonymService
    {
        public Task<IReadOnlyDictionary<PatientKey, PseudonymAnswer>> FindAsync(IReadOnlyCollection<PatientKey> patients, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyDictionary<PatientKey, PseudonymAnswer>>(patients.Where(patient => answers.ContainsKey(patient.Id)).ToDictionary(
                patient => patient, patient => answers[patient.Id] is { } pseudonym ? PseudonymAnswer.Of(pseudonym) : PseudonymAnswer.None("the service is away")));
    }
}
