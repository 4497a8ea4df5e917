using System.Buffers;
using System.Text.Json;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.FhirFacade.Fhir;

namespace Dicom2Fhir.FhirFacade.Conformance;

/// <summary>A report as OperationOutcome. Without an issue it says so: R4 asks for at least one.</summary>
static class ReportWriter
{
    const string Rules = Canonicals.Own + "/CodeSystem/rule";

    public static ReadOnlyMemory<byte> Write(Report report)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, FhirResponse.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "OperationOutcome");
            json.WriteStartArray("issue");
            foreach (var issue in report.Issues) Issue(json, issue);
            if (report.Issues.Count == 0) Issue(json, new Issue(Severity.Information, "informational", "", "", $"No issues: judged by {report.ProfileJudgedBy}."));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    static void Issue(Utf8JsonWriter json, Issue issue)
    {
        json.WriteStartObject();
        json.WriteString("severity", Severities.Word(issue.Severity));
        json.WriteString("code", issue.Code);
        json.WriteStartObject("details");
        if (issue.Rule.Length > 0)
        {
            json.WriteStartArray("coding");
            json.WriteStartObject();
            json.WriteString("system", Rules);
            json.WriteString("code", issue.Rule);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteString("text", issue.Text);
        json.WriteEndObject();
        json.WriteString("diagnostics", issue.Profile is null ? issue.Text : $"{issue.Text} ({issue.Profile} {issue.Element})");
        if (issue.Expression.Length > 0)
        {
            json.WriteStartArray("expression");
            json.WriteStringValue(issue.Expression);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
