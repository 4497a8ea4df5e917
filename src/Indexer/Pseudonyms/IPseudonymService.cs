namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>Gives patients their pseudonyms: a process border, since several strategies ask a service of the hospital.</summary>
interface IPseudonymService
{
    /// <summary>The pseudonym of a patient, valid as FHIR id (at most 64 of A-Z a-z 0-9 - .). Equal input gives equal output.</summary>
    /// <param name="issuer">(0010,0021), "" when absent.</param>
    string PatientPseudonym(string issuer, string patientId);

    /// <summary>Pseudonym of an accession number: 32 hex digits.</summary>
    string AccessionPseudonym(string accession);
}
