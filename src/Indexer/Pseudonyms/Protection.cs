using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>Takes identities out of an instance before anything of it is kept (design decisions 3 and 4): what happens is the row's Privacy.</summary>
sealed class Protection(IPseudonymService pseudonyms)
{
    /// <summary>False only in the test that proves the canary search: identities then go through.</summary>
    internal bool IsOn { get; init; } = true;

    public InstanceAttributes Apply(InstanceAttributes instance)
    {
        if (!IsOn) return instance;
        var scrubber = Scrubber.For(instance);
        var issuer = instance[TagMap.IssuerOfPatientId] ?? "";
        return instance.With((row, value) => value is null ? null : row.Privacy switch
        {
            Privacy.PatientId => pseudonyms.PatientPseudonym(issuer.Trim(), value.Trim()),
            Privacy.PatientIdIssuer or Privacy.ScrubberOnly => null,
            Privacy.Accession => value.Length == 0 ? value : pseudonyms.AccessionPseudonym(value.Trim()),
            Privacy.Text => scrubber.Clean(value),
            _ => value,
        });
    }
}
