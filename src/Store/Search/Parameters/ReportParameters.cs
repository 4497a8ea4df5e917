using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search.Parameters;

/// <summary>Rows of what is ordered, done and reported: Procedure, ServiceRequest, DiagnosticReport, CarePlan, Composition.</summary>
static class ReportParameters
{
    const string Hl7 = DefinedBy.Hl7;
    const string Mii = DefinedBy.Mii;
    const string SupportingInfo = "http://hl7.org/fhir/StructureDefinition/workflow-supportingInfo";

    static readonly string[] Authors = ["Practitioner", "PractitionerRole", "Organization", "Device", "Patient", "RelatedPerson"];
    static readonly string[] Reasons = ["Condition", "Observation", "DiagnosticReport", "DocumentReference"];

    static readonly ParameterRows<Procedure> Procedure = new(ServedType.Procedure);
    static readonly ParameterRows<ServiceRequest> Request = new(ServedType.ServiceRequest);
    static readonly ParameterRows<DiagnosticReport> Report = new(ServedType.DiagnosticReport);
    static readonly ParameterRows<CarePlan> Plan = new(ServedType.CarePlan);
    static readonly ParameterRows<Composition> Composition = new(ServedType.Composition);

    public static IReadOnlyList<SearchParameter> Rows { get; } =
    [
        Procedure.Identifier(one => one.Identifier, Hl7 + "clinical-identifier", "Identifier of the procedure."),
        Procedure.Reference("based-on", ["ServiceRequest", "CarePlan"], one => one.BasedOn, Hl7 + "Procedure-based-on", "What asked for the procedure."),
        Procedure.Code("status", one => [one.StatusElement], Hl7 + "Procedure-status", "Status of the procedure."),
        Procedure.Token("category", one => [one.Category], Hl7 + "Procedure-category", "Category of the procedure."),
        Procedure.Token("code", one => [one.Code], Hl7 + "clinical-code", "What was done."),
        Procedure.Patient(one => one.Subject, Hl7 + "clinical-patient"),
        Procedure.Reference("subject", ["Patient", "Group"], one => [one.Subject], Hl7 + "Procedure-subject", "Whom it was done to."),
        Procedure.Date("date", one => [one.Performed], Hl7 + "clinical-date", "When it was done."),
        Procedure.Reference("report", ["DiagnosticReport", "Composition", "DocumentReference"], one => one.Report, Mii + "read-proc-report", "The report of the procedure."),

        Request.Identifier(one => one.Identifier, Hl7 + "clinical-identifier", "Identifier of the request."),
        Request.Code("status", one => [one.StatusElement], Hl7 + "ServiceRequest-status", "Status of the request."),
        Request.Code("intent", one => [one.IntentElement], Hl7 + "ServiceRequest-intent", "Intent of the request."),
        Request.Token("category", one => one.Category, Hl7 + "ServiceRequest-category", "Category of the request."),
        Request.Token("code", one => [one.Code], Hl7 + "clinical-code", "What is asked for."),
        Request.Patient(one => one.Subject, Hl7 + "clinical-patient"),
        Request.Reference("subject", ["Patient", "Group", "Location", "Device"], one => [one.Subject], Hl7 + "ServiceRequest-subject", "Whom it is asked for."),
        Request.Reference("encounter", ["Encounter"], one => [one.Encounter], Hl7 + "clinical-encounter", "The encounter of the request."),
        Request.Date("authored", one => [one.AuthoredOnElement], Hl7 + "ServiceRequest-authored", "When the request was signed."),
        Request.Reference("requester", Authors, one => [one.Requester], Hl7 + "ServiceRequest-requester", "Who asks."),
        Request.Token("reason-code", one => one.ReasonCode, Mii + "servicerequest-reasoncode", "Why it is asked for, as a code."),
        Request.Reference("reason-reference", Reasons, one => one.ReasonReference, Mii + "servicerequest-reasonreference", "Why it is asked for."),
        Request.Reference("supporting-info", [], one => one.SupportingInfo, Mii + "servicerequest-supportinginfo", "Further information."),

        Report.Identifier(one => one.Identifier, Hl7 + "clinical-identifier", "Identifier of the report."),
        Report.Reference("supporting-info", ["DiagnosticReport", "Procedure"], one => Values(one, SupportingInfo).OfType<ResourceReference>(), Mii + "supporting-info",
            "Further information. The published expression reads an R5 extension; read as workflow-supportingInfo, as the profile has it."),
        Report.Reference("based-on", ["ServiceRequest", "CarePlan", "MedicationRequest", "NutritionOrder", "ImmunizationRecommendation"], one => one.BasedOn, Hl7 + "DiagnosticReport-based-on", "What asked for the report."),
        Report.Code("status", one => [one.StatusElement], Hl7 + "DiagnosticReport-status", "Status of the report."),
        Report.Token("category", one => one.Category, Hl7 + "DiagnosticReport-category", "Category of the report."),
        Report.Token("code", one => [one.Code], Hl7 + "clinical-code", "Kind of report."),
        Report.Patient(one => one.Subject, Hl7 + "clinical-patient"),
        Report.Reference("subject", ["Patient", "Group", "Device", "Location"], one => [one.Subject], Hl7 + "DiagnosticReport-subject", "Whom it is about."),
        Report.Reference("encounter", ["Encounter", "EpisodeOfCare"], one => [one.Encounter], Hl7 + "clinical-encounter", "The encounter of the report."),
        Report.Date("date", one => [one.Effective], Hl7 + "clinical-date", "When the report is about."),
        Report.Date("issued", one => [one.IssuedElement], Hl7 + "DiagnosticReport-issued", "When the report was issued."),
        Report.Reference("result", ["Observation"], one => one.Result, Hl7 + "DiagnosticReport-result", "Observations of the report."),
        Report.Reference("imaging-study", ["ImagingStudy"], one => one.ImagingStudy, Mii + "diagnosticreport-imagingstudy", "The study reported."),
        Report.String("conclusion-text", one => [one.ConclusionElement], Mii + "diagnostic-report-conclusion", "Conclusion, as text."),
        Report.Token("conclusion", one => one.ConclusionCode, Hl7 + "DiagnosticReport-conclusion", "Conclusion, as a code."),

        Plan.Identifier(one => one.Identifier, Hl7 + "clinical-identifier", "Identifier of the plan."),
        Plan.Code("status", one => [one.StatusElement], Hl7 + "CarePlan-status", "Status of the plan."),
        Plan.Code("intent", one => [one.IntentElement], Hl7 + "CarePlan-intent", "Intent of the plan."),
        Plan.String("description", one => [one.DescriptionElement], Mii + "description", "Description of the plan."),
        Plan.Patient(one => one.Subject, Hl7 + "clinical-patient"),
        Plan.Reference("subject", ["Patient", "Group"], one => [one.Subject], Hl7 + "CarePlan-subject", "Whom it is for."),
        Plan.Reference("supporting-info", [], one => one.SupportingInfo, Mii + "supporting-info", "Further information."),

        Composition.Identifier(one => [one.Identifier], Hl7 + "clinical-identifier", "Identifier of the composition."),
        Composition.Code("status", one => [one.StatusElement], Hl7 + "Composition-status", "Status of the composition."),
        Composition.Token("type", one => [one.Type], Hl7 + "clinical-type", "Kind of composition."),
        Composition.Patient(one => one.Subject, Hl7 + "clinical-patient"),
        Composition.Reference("subject", [], one => [one.Subject], Hl7 + "Composition-subject", "Whom it is about."),
        Composition.Date("date", one => [one.DateElement], Hl7 + "clinical-date", "When it was written."),
        Composition.Reference("author", Authors, one => one.Author, Hl7 + "Composition-author", "Who wrote it."),
        Composition.String("title", one => [one.TitleElement], Hl7 + "Composition-title", "Title."),
        Composition.String("section-title", one => one.Section.Select(section => section.TitleElement), Mii + "composition-section-title", "Title of a section."),
        Composition.Token("section", one => one.Section.Select(section => section.Code), Hl7 + "Composition-section", "Code of a section."),
        Composition.Reference("section-author", ["Practitioner"], one => one.Section.SelectMany(section => section.Author), Mii + "composition-section-author", "Who wrote a section."),
        Composition.Reference("entry", [], one => one.Section.SelectMany(section => section.Entry), Hl7 + "Composition-entry", "Content of a section."),
    ];

    static IEnumerable<Base?> Values(DiagnosticReport element, string extension) => element.Extension.Where(one => one.Url == extension).Select(one => one.Value);
}
