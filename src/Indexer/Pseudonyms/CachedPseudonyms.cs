namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>
/// Asks a service once for a patient, not once a batch. What has no pseudonym is asked again. Used by one batch at a time.
/// </summary>
sealed class CachedPseudonyms(IPseudonymService service) : IPseudonymService, IDisposable
{
    // Two generations of that many patients, 20 MB each: an archive in order of names or days comes back to the same patients soon.
    const int Generation = 100_000;

    Dictionary<PatientKey, PseudonymAnswer> young = [];
    Dictionary<PatientKey, PseudonymAnswer> old = [];

    public async Task<IReadOnlyDictionary<PatientKey, PseudonymAnswer>> FindAsync(IReadOnlyCollection<PatientKey> patients, CancellationToken cancellationToken)
    {
        var answers = new Dictionary<PatientKey, PseudonymAnswer>(patients.Count);
        foreach (var patient in patients)
        {
            if (young.TryGetValue(patient, out var known) || old.TryGetValue(patient, out known)) Keep(answers, patient, known);
        }

        var unknown = patients.Where(patient => !answers.ContainsKey(patient)).ToList();
        if (unknown.Count == 0) return answers;
        foreach (var (patient, answer) in await service.FindAsync(unknown, cancellationToken)) Keep(answers, patient, answer);
        return answers;
    }

    public void Dispose() => (service as IDisposable)?.Dispose();

    void Keep(Dictionary<PatientKey, PseudonymAnswer> answers, PatientKey patient, PseudonymAnswer answer)
    {
        answers[patient] = answer;
        if (answer.Pseudonym is null) return;
        if (young.Count >= Generation) (old, young) = (young, []);
        young[patient] = answer;
    }
}
