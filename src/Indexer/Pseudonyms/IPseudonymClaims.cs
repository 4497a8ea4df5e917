namespace Dicom2Fhir.Indexer.Pseudonyms;

enum PseudonymClaim
{
    /// <summary>The patient's, from now on or since before.</summary>
    Held,

    /// <summary>Another patient holds the pseudonym.</summary>
    OfAnother,

    /// <summary>The patient holds another pseudonym.</summary>
    Changed,
}

/// <summary>
/// Remembers which patient holds which pseudonym over all runs and indexers, without remembering the patient: the database, faked where there is none.
/// </summary>
interface IPseudonymClaims
{
    /// <summary>One result for each patient.</summary>
    /// <param name="given">Distinct patients, distinct pseudonyms.</param>
    Task<IReadOnlyDictionary<PatientKey, PseudonymClaim>> ClaimAsync(IReadOnlyCollection<(PatientKey Patient, string Pseudonym)> given, CancellationToken cancellationToken);
}
