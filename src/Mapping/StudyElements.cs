using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>Conversions to elements of ImagingStudy itself.</summary>
static class StudyElements
{
    public static Conversion Identifier { get; } = new Conversion.OfStudy(
        "Identifier with system urn:dicom:uid and the UID as urn:oid:; the id is made of it.",
        (study, row) => study.Target.Identifier.Add(
            new Identifier(CodeSystems.DicomUid, CodeSystems.OidPrefix + study.Scope.Instances[0][row])));

    public static Conversion Accession { get; } = new Conversion.OfStudy(
        "Identifier of type ACSN; the value is a keyed hash, the system is the setting Accession__System.",
        (study, row) =>
        {
            if (study.Scope.Agreed(row) is not { } value) return;
            study.Target.Identifier.Add(new Identifier(study.Study.Options.AccessionSystem, value)
            {
                Type = new CodeableConcept(CodeSystems.IdentifierType, "ACSN"),
            });
        });

    public static Conversion Subject { get; } = new Conversion.OfStudy(
        "Literal reference Patient/ with the pseudonym.",
        (study, row) => study.Target.Subject = new ResourceReference("Patient/" + study.Scope.Instances[0][row]));

    public static Conversion Description { get; } = new Conversion.OfStudy(
        "The most frequent text (equally frequent: the ordinal smallest).",
        (study, row) => study.Target.Description = study.Scope.MostFrequent(row));

    public static Conversion Started { get; } = new Conversion.OfStudy(
        "Earliest date and time of all instances, with the offset of (0008,0201), else of the configured zone on that date; "
        + "a date alone stays a date.",
        (study, row) =>
        {
            var stated = Starts.Earliest(study.Scope, study.Study, row, TagMap.StudyTime);
            var start = stated ?? study.Study.SeriesStarts.Select(moment => (Moment?)moment).Min();
            if (start is { } moment) study.Target.StartedElement = new FhirDateTime(moment.Text);
        });
}
