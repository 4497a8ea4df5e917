using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search.Parameters;

/// <summary>Rows of ImagingStudy over R4 elements; those over the module's extensions are <see cref="SeriesParameters"/>.</summary>
static class ImagingStudyParameters
{
    const string Study = DefinedBy.Mii + "imaging-study-";
    const string Series = DefinedBy.Mii + "imaging-study-series-";
    const string Hl7 = DefinedBy.Hl7;
    const string Of = Hl7 + "ImagingStudy-";

    static readonly ParameterRows<ImagingStudy> Row = new(ServedType.ImagingStudy);

    public static IReadOnlyList<SearchParameter> Rows { get; } =
    [
        Row.Identifier(study => study.Identifier, Hl7 + "clinical-identifier", "Study Instance UID (urn:dicom:uid|urn:oid:...) or accession number."),
        Row.Code("status", study => [study.StatusElement], Of + "status", "Status of the study; index writes available."),
        Row.Token("study-modality", study => study.Modality, Study + "modality", "Modality of the study (ImagingStudy.modality)."),
        Row.Token("modality", study => study.Series.Select(series => series.Modality), Of + "modality", "Modality of any series."),
        Row.Token("series-bodysite", study => study.Series.Select(series => series.BodySite), Of + "bodysite", "Body site of any series (SNOMED CT); :below finds the parts of a region.")
            with { Names = ["series-bodysite", "bodysite"], IsBodySite = true },
        Row.Composite("modality-body-site", [new("modality", SearchKind.Token), new("series-bodysite", SearchKind.Token)],
            study => study.Series.Select(series => Parts([series.Modality], [series.BodySite])), Study + "modality-body-site",
            "Modality and body site of one and the same series: CT$51185008. The published component reads bodysite; read as bodySite.")
            with { Names = ["modality-body-site", "study-modality-body-site"] },
        Row.Token("series-laterality", study => study.Series.Select(series => series.Laterality), Series + "laterality", "Laterality of any series."),
        Row.Date("started", study => [study.StartedElement], Of + "started", "Start of the study."),
        Row.Date("series-started", study => study.Series.Select(series => series.StartedElement), Series + "started", "Start of any series."),
        Row.Patient(study => study.Subject, Hl7 + "clinical-patient"),
        Row.Reference("subject", ["Patient", "Group", "Device"], study => [study.Subject], Of + "subject", "Who or what was examined."),
        Row.Reference("encounter", ["Encounter"], study => [study.Encounter], Of + "encounter", "The encounter of the study."),
        Row.Reference("basedon", ["ServiceRequest", "CarePlan", "Appointment", "AppointmentResponse", "Task"], study => study.BasedOn, Of + "basedon", "What asked for the study."),
        Row.Reference("endpoint", ["Endpoint"], study => [.. study.Endpoint, .. study.Series.SelectMany(series => series.Endpoint)], Of + "endpoint", "Endpoint of the study or of any series."),
        Row.Reference("procedure-reference", ["Procedure"], study => [study.ProcedureReference], Study + "procedure-reference", "The performed procedure."),
        Row.Reference("reason-reference", ["Condition", "Observation", "DiagnosticReport", "DocumentReference"], study => study.ReasonReference, DefinedBy.Mii + "reason-reference", "Why the study was made."),
        Row.Reference("interpreter", ["Practitioner", "PractitionerRole"], study => study.Interpreter, Of + "interpreter", "Who interpreted the images."),
        Row.Reference("referrer", ["Practitioner", "PractitionerRole"], study => [study.Referrer], Of + "referrer", "Who referred the patient."),
        Row.Token("reason", study => study.ReasonCode, Of + "reason", "Why the study was made, as a code."),
        Row.Reference("performer", ["Device", "Practitioner", "PractitionerRole", "Organization", "CareTeam", "Patient", "RelatedPerson"],
            study => study.Series.SelectMany(series => series.Performer).Select(performer => performer.Actor), Of + "performer", "Who or what made any series; index writes the device."),
        Row.Number("number-series", study => [study.NumberOfSeriesElement], Study + "number-series", "Number of series of the study."),
        Row.Number("number-instances", study => [study.NumberOfInstancesElement, .. study.Series.Select(series => series.NumberOfInstancesElement)], Study + "number-instances",
            "Number of instances of the study or of any series."),
        Row.String("description", study => [study.DescriptionElement, .. study.Series.Select(series => series.DescriptionElement)], DefinedBy.Mii + "description",
            "Description of the study or of any series."),
        Row.Bare("series", study => study.Series.Select(series => series.UidElement), Of + "series", "Series Instance UID."),
        Row.Number("series-number", study => study.Series.Select(series => series.NumberElement), Series + "number", "Number of any series."),
        Row.Bare("instance", study => Instances(study).Select(instance => instance.UidElement), Of + "instance", "SOP Instance UID.") with { IsOfInstances = true },
        Row.Token("dicom-class", study => Instances(study).Select(instance => instance.SopClass), Of + "dicom-class", "SOP Class (urn:ietf:rfc:3986|urn:oid:...) of any instance.")
            with { IsOfInstances = true },
        Row.Number("instance-number", study => Instances(study).Select(instance => instance.NumberElement), DefinedBy.Mii + "imaging-study-instance-number", "Number of any instance.")
            with { Storage = SearchStorage.Rows, HasRuns = true, IsOfInstances = true },
    ];

    internal static IEnumerable<ImagingStudy.InstanceComponent> Instances(ImagingStudy study) => study.Series.SelectMany(series => series.Instance);

    internal static IReadOnlyList<IEnumerable<Base?>> Parts(params IEnumerable<Base?>[] parts) => parts;
}
