using System.Buffers;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>The pseudonyms of a batch's patients, none taken on trust: what a service answers becomes an id that others see.</summary>
/// <param name="claims">Null where the strategy computes pseudonyms, so that two patients cannot share one.</param>
sealed class PatientPseudonyms(IPseudonymService service, IssuerRule issuers, IPseudonymClaims? claims = null) : IDisposable
{
    /// <summary>Bound of a FHIR id.</summary>
    const int Longest = 64;

    static readonly SearchValues<char> IdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.");

    static readonly PseudonymAnswer Foreign = PseudonymAnswer.None("the header names an issuer of the Patient ID that Pseudonyms__Issuers does not");

    /// <summary>An answer for each of the patients.</summary>
    public async Task<IReadOnlyDictionary<PatientKey, PseudonymAnswer>> FindAsync(IReadOnlyCollection<PatientKey> patients, CancellationToken cancellationToken)
    {
        var named = patients.ToDictionary(patient => patient, issuers.Apply);
        var asked = named.Values.OfType<PatientKey>().Distinct().ToList();
        var judged = asked.Count == 0 ? [] : await JudgedAsync(asked, cancellationToken);
        return named.ToDictionary(pair => pair.Key, pair => pair.Value is { } patient ? judged[patient] : Foreign);
    }

    public void Dispose() => (service as IDisposable)?.Dispose();

    async Task<Dictionary<PatientKey, PseudonymAnswer>> JudgedAsync(List<PatientKey> patients, CancellationToken cancellationToken)
    {
        var answers = await service.FindAsync(patients, cancellationToken);
        var judged = patients.ToDictionary(
            patient => patient,
            patient => answers.TryGetValue(patient, out var answer) ? Judge(patient, answer) : PseudonymAnswer.None("the pseudonym service left this patient out"));
        Refuse(judged, judged.Where(pair => pair.Value.Pseudonym is not null).GroupBy(pair => pair.Value.Pseudonym!)
            .Where(group => group.Skip(1).Any()).SelectMany(group => group, (_, pair) => pair.Key));
        if (claims is null) return judged;

        var given = judged.Where(pair => pair.Value.Pseudonym is not null).Select(pair => (pair.Key, pair.Value.Pseudonym!)).ToList();
        var claimed = await claims.ClaimAsync(given, cancellationToken);
        Refuse(judged, claimed.Where(pair => pair.Value == PseudonymClaim.OfAnother).Select(pair => pair.Key));
        foreach (var (patient, claim) in claimed)
        {
            if (claim == PseudonymClaim.Changed) judged[patient] = PseudonymAnswer.None("the patient had another pseudonym before: the service or its domain changed");
        }

        return judged;
    }

    // To nobody: which of them is meant, only the service's owner can find out.
    static void Refuse(Dictionary<PatientKey, PseudonymAnswer> judged, IEnumerable<PatientKey> shared)
    {
        foreach (var patient in shared.ToList()) judged[patient] = PseudonymAnswer.None("one pseudonym was given to several patients");
    }

    static PseudonymAnswer Judge(PatientKey patient, PseudonymAnswer answer) =>
        answer.Pseudonym is { } pseudonym && Fault(patient.Id, pseudonym) is { } fault ? PseudonymAnswer.None(fault) : answer;

    /// <summary>Why a text cannot be the pseudonym of a Patient ID; null when it can.</summary>
    public static string? Fault(string original, string pseudonym) =>
        pseudonym.Length == 0 ? "the pseudonym is empty"
        : pseudonym.Length > Longest ? "the pseudonym has more than 64 characters, a FHIR id cannot"
        : pseudonym.AsSpan().ContainsAnyExcept(IdCharacters) ? "the pseudonym is no FHIR id (letters, digits, '-' and '.')"
        : pseudonym.Equals(original, StringComparison.OrdinalIgnoreCase) ? "the pseudonym is the Patient ID itself"
        : null;
}
