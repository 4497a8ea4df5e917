using System.Buffers;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>The pseudonyms of a batch's patients, none taken on trust: what a service answers becomes an id that others see.</summary>
sealed class PatientPseudonyms(IPseudonymService service)
{
    /// <summary>Bound of a FHIR id.</summary>
    const int Longest = 64;

    static readonly SearchValues<char> IdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.");

    /// <summary>An answer for each of the patients.</summary>
    public async Task<IReadOnlyDictionary<PatientKey, PseudonymAnswer>> FindAsync(IReadOnlyCollection<PatientKey> patients, CancellationToken cancellationToken)
    {
        var answers = await service.FindAsync(patients, cancellationToken);
        var judged = patients.ToDictionary(
            patient => patient,
            patient => answers.TryGetValue(patient, out var answer) ? Judge(patient, answer) : PseudonymAnswer.None("the pseudonym service left this patient out"));
        foreach (var shared in judged.Where(pair => pair.Value.Pseudonym is not null).GroupBy(pair => pair.Value.Pseudonym!).Where(group => group.Skip(1).Any()).ToList())
        {
            foreach (var (patient, _) in shared) judged[patient] = PseudonymAnswer.None("the pseudonym service gave one pseudonym to several patients");
        }

        return judged;
    }

    static PseudonymAnswer Judge(PatientKey patient, PseudonymAnswer answer) => answer.Pseudonym switch
    {
        null => answer,
        "" => PseudonymAnswer.None("the pseudonym is empty"),
        { Length: > Longest } => PseudonymAnswer.None("the pseudonym has more than 64 characters, a FHIR id cannot"),
        var text when text.AsSpan().ContainsAnyExcept(IdCharacters) => PseudonymAnswer.None("the pseudonym is no FHIR id (letters, digits, '-' and '.')"),
        var text when text.Equals(patient.Id, StringComparison.OrdinalIgnoreCase) => PseudonymAnswer.None("the pseudonym is the Patient ID itself"),
        _ => answer,
    };
}
