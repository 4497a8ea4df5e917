namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>
/// Which Patient IDs a strategy may be asked for. Two hospitals number patients alike: a strategy that knows one hospital's numbers must not be asked
/// for another's, or the images go to the wrong patient (design decision 15).
/// </summary>
sealed class IssuerRule
{
    readonly HashSet<string>? own;

    IssuerRule(HashSet<string>? own) => this.own = own;

    /// <summary>The issuer is part of the patient.</summary>
    public static IssuerRule Kept { get; } = new(own: null);

    /// <summary>Patient IDs without an issuer, and those of these issuers, are the hospital's own; "*" is any.</summary>
    public static IssuerRule Own(IEnumerable<string> issuers) => new(new HashSet<string>(issuers, StringComparer.OrdinalIgnoreCase));

    /// <summary>The patient as the strategy is asked; null for one of another hospital.</summary>
    public PatientKey? Apply(PatientKey patient) =>
        own is null ? patient
        : patient.Issuer.Length == 0 || own.Contains(patient.Issuer) || own.Contains("*") ? patient with { Issuer = "" }
        : null;
}
