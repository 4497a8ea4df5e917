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
            if (study.Scope.Agreed(row) is { } value) study.Target.Identifier.Add(AccessionOf(study, value));
        });

    public static Conversion Procedure { get; } = new Conversion.OfStudy(
        "procedureCode: the codes of this sequence, else of (0032,1064); a code of a local scheme is text only.",
        (study, row) => study.Target.ProcedureCode =
            Concepts(study, TagMap.ProcedureCode) is { Count: > 0 } performed ? performed : Concepts(study, TagMap.RequestedProcedureCode));

    public static Conversion Request { get; } = new Conversion.OfStudy(
        "basedOn: logical reference to a ServiceRequest for each accession number of the request attributes (keyed hash, type ACSN).",
        (study, row) => study.Target.BasedOn = [.. study.Scope.Parts(row).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(value => new ResourceReference { Type = "ServiceRequest", Identifier = AccessionOf(study, value) })]);

    public static Conversion Reason { get; } = new Conversion.OfStudy(
        "Extension bildgebungsgrund: the first that is stated of this text, (0040,0275)>(0040,1002), the meanings of the reason codes, (0032,1066), (0032,1030), "
        + "(0008,1080). Only when all instances that state it agree.",
        (study, row) =>
        {
            TagRow[] rows =
                [row, TagMap.RequestReason, TagMap.ReasonCode.Meaning, TagMap.RequestReasonCode.Meaning, TagMap.ReasonForVisit, TagMap.ReasonForStudy, TagMap.AdmittingDiagnoses];
            if (rows.FirstOrDefault(one => study.Scope.Parts(one).Any()) is not { } stated || study.Scope.Agreed(stated) is not { } text) return;
            var reason = string.Join("; ", Scope.Split(text).Distinct(StringComparer.Ordinal));
            if (reason.Any(char.IsLetterOrDigit)) study.Target.Extension.Add(new Extension(Mii.ReasonExtension, new FhirString(reason)));
        });

    public static Conversion ReasonCodes { get; } = new Conversion.OfStudy(
        "reasonCode: the distinct codes of this sequence, (0040,0275)>(0040,100A), (0032,1067) and (0008,1084); a code of a local scheme is text only.",
        (study, _) => study.Target.ReasonCode =
            Concepts(study, TagMap.ReasonCode, TagMap.RequestReasonCode, TagMap.ReasonForVisitCode, TagMap.AdmittingDiagnosisCode));

    public static Conversion Subject { get; } = new Conversion.OfStudy(
        "Literal reference Patient/ with the pseudonym.",
        (study, row) => study.Target.Subject = new ResourceReference("Patient/" + study.Scope.Instances[0][row]));

    public static Conversion Description { get; } = new Conversion.OfStudy(
        "The most frequent text (equally frequent: the ordinal smallest); when no instance has one, that of (0032,1060).",
        (study, row) => study.Target.Description = study.Scope.MostFrequent(row) ?? study.Scope.MostFrequent(TagMap.RequestedProcedureDescription));

    public static Conversion Started { get; } = new Conversion.OfStudy(
        "Earliest date and time of all instances, with the offset of (0008,0201), else of the configured zone on that date; "
        + "a date alone stays a date.",
        (study, row) =>
        {
            var stated = Starts.Earliest(study.Scope, study.Study, row, TagMap.StudyTime);
            var start = stated ?? study.Study.SeriesStarts.Select(moment => (Moment?)moment).Min();
            if (start is { } moment) study.Target.StartedElement = new FhirDateTime(moment.Text);
        });

    static Identifier AccessionOf(Draft<ImagingStudy> study, string value) =>
        new(study.Study.Options.AccessionSystem, value) { Type = new CodeableConcept(CodeSystems.IdentifierType, "ACSN") };

    static List<CodeableConcept> Concepts(Draft<ImagingStudy> study, params CodeRows[] sequences)
    {
        foreach (var (code, scheme) in study.Scope.Instances.SelectMany(instance => sequences.SelectMany(rows => CodedItems.Of(instance, rows)))
            .Where(item => item.Code.Length > 0 && CodedConcepts.Resolve(study.Tables, item.Code, item.Scheme) is null).Select(item => (item.Code, item.Scheme)).Distinct().Order())
            study.Scope.Note(Findings.Unmapped, sequences[0].Code, Scope.Raw($"{code} ({scheme})"), FindingSeverity.Information);
        return CodedConcepts.Distinct(study.Scope.Instances.SelectMany(instance =>
            sequences.SelectMany(rows => CodedItems.Of(instance, rows)).Select(item => CodedConcepts.Of(study.Tables, item)).OfType<CodeableConcept>()));
    }
}
