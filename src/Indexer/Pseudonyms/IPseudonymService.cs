namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>A patient as headers name them; both parts trimmed.</summary>
/// <param name="Issuer">(0010,0021), "" when absent.</param>
readonly record struct PatientKey(string Issuer, string Id);

/// <summary>What a strategy says about a patient: a pseudonym, or one sentence why there is none. Exactly one of the two.</summary>
/// <param name="Trouble">For the ledger: never a value of the header.</param>
readonly record struct PseudonymAnswer(string? Pseudonym, string? Trouble)
{
    public static PseudonymAnswer Of(string pseudonym) => new(pseudonym, null);

    public static PseudonymAnswer None(string trouble) => new(null, trouble);
}

/// <summary>
/// Gives patients their pseudonyms: a process border, since several strategies ask a service of the hospital. Trouble is an answer, not an exception:
/// the studies of a patient without a pseudonym wait in quarantine, those of the others go on.
/// </summary>
interface IPseudonymService
{
    /// <summary>An answer for every patient asked for; a patient who is missing in it has none. Equal patients have equal pseudonyms.</summary>
    /// <param name="patients">Distinct.</param>
    Task<IReadOnlyDictionary<PatientKey, PseudonymAnswer>> FindAsync(IReadOnlyCollection<PatientKey> patients, CancellationToken cancellationToken);
}
