namespace Dicom2Fhir.Mapping;

/// <summary>Identifier and code systems of other bodies that mapped resources name.</summary>
public static class CodeSystems
{
    /// <summary>DICOM PS3.16 Annex D.</summary>
    public const string Dicom = "http://dicom.nema.org/resources/ontology/DCM";

    public const string Snomed = "http://snomed.info/sct";

    /// <summary>System of identifiers that are DICOM UIDs (FHIR R4 ImagingStudy notes); the value carries <see cref="OidPrefix"/>.</summary>
    public const string DicomUid = "urn:dicom:uid";

    /// <summary>System of codes that are URIs, such as SOP classes.</summary>
    public const string Uri = "urn:ietf:rfc:3986";

    /// <summary>HL7 v2 table 0203, identifier types.</summary>
    public const string IdentifierType = "http://terminology.hl7.org/CodeSystem/v2-0203";

    public const string Loinc = "http://loinc.org";

    /// <summary>ATC with German extensions, the slice atcClassDe of the MII module Medikation.</summary>
    public const string Atc = "http://fhir.de/CodeSystem/bfarm/atc";

    public const string ObservationCategory = "http://terminology.hl7.org/CodeSystem/observation-category";

    public const string OidPrefix = "urn:oid:";
}
