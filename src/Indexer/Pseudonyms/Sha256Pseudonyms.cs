using System.Security.Cryptography;
using System.Text;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>
/// SHA-256 of "system|value" in 64 hex digits: what several centres' clinical stores use as Patient id. Nothing secret goes in, so whoever knows the
/// system can test a guessed Patient ID: for sites whose other data are keyed that way.
/// </summary>
sealed class Sha256Pseudonyms(string system) : IPseudonymService
{
    public Task<IReadOnlyDictionary<PatientKey, PseudonymAnswer>> FindAsync(IReadOnlyCollection<PatientKey> patients, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<PatientKey, PseudonymAnswer>>(patients.ToDictionary(
            patient => patient,
            patient => PseudonymAnswer.Of(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{system}|{patient.Id}"))))));
}
