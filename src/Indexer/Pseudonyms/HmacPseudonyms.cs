namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>Keyed pseudonyms of issuer and Patient ID: the default, for it needs nobody else and its key stays in the house.</summary>
sealed class HmacPseudonyms(KeyedHash key) : IPseudonymService
{
    public Task<IReadOnlyDictionary<PatientKey, PseudonymAnswer>> FindAsync(IReadOnlyCollection<PatientKey> patients, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<PatientKey, PseudonymAnswer>>(patients.ToDictionary(patient => patient, patient => PseudonymAnswer.Of(key.Patient(patient))));
}
