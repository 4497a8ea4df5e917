using System.Text.Json;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>An error of the FHIR interface: status, issue code (http://hl7.org/fhir/issue-type) and a sentence for the caller.</summary>
/// <param name="Expression">http.NAME for a parameter (R4 OperationOutcome.issue.expression), else null.</param>
public sealed record FhirError(int Status, string Code, string Text, string? Expression = null);

/// <summary>The closed set of errors; docs/error-codes.md lists them.</summary>
static class FhirErrors
{
    public static FhirError UnknownType(string type) => new(404, "not-supported", $"The resource type '{type}' is not served here; see /metadata.");

    public static FhirError NotFound(string type, string id) => new(404, "not-found", $"{type}/{id} is not known.");

    public static FhirError Gone(string type, string id) => new(410, "deleted", $"{type}/{id} was deleted.");

    public static FhirError BadId(string id) => new(400, "invalid", $"'{id}' is no resource id: 1 to 64 of A-Z a-z 0-9 - and . are allowed.");

    public static FhirError NoRoute(string path) => new(404, "not-found", $"There is nothing at {path}.");

    public static FhirError NotAllowed(string method, string allowed) => new(405, "not-supported", $"{method} is not offered here{(allowed.Length > 0 ? $", only {allowed}" : "")}. This server only reads.");

    /// <summary>History, operations and searches over all types: never 404, which portals take for a passing fault and try again.</summary>
    public static FhirError NoInteraction(string name) => new(405, "not-supported", $"'{name}' is not offered; this server offers read and search by type.");

    public static FhirError NotAcceptable(string wanted) =>
        new(406, "not-supported", $"'{wanted}' cannot be produced; JSON (application/fhir+json) and XML (application/fhir+xml) can.");

    public static FhirError WrongBody(string? type) => new(415, "not-supported", $"A search is posted as application/x-www-form-urlencoded, not as '{type}'.");

    public static FhirError TooLarge { get; } = new(413, "too-long", "The request body is larger than this server takes.");

    public static FhirError BadRequest(string text) => new(400, "invalid", text);

    public static FhirError BadParameter(string name, string text) => new(400, "invalid", text, "http." + name);

    public static FhirError BadPage { get; } = new(400, "invalid", "The page link is not one of this server; start the search again.", "http.__page");

    public static FhirError PageGone { get; } = new(410, "expired", "The page link has expired; start the search again.", "http.__page");

    public static FhirError TooLongForPages { get; } =
        new(400, "too-costly", "The query is too long for page links; set ConnectionStrings__PostgresWrite or ask for all matches in one page.");

    public static FhirError Unavailable(string reason) => new(503, "transient", reason);

    public static FhirError Internal { get; } = new(500, "exception", "The server failed on this request; its log has the details under the request id.");

    public static FhirError Of(QueryProblem problem) => new(
        400,
        problem.Kind switch
        {
            QueryProblemKind.Invalid => "invalid",
            QueryProblemKind.TooCostly => "too-costly",
            _ => "not-supported",
        },
        problem.Text,
        "http." + problem.Parameter);

    /// <summary>Writes the OperationOutcome of errors, or of warnings.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<FhirError> errors, string severity = "error")
    {
        json.WriteStartObject();
        json.WriteString("resourceType", "OperationOutcome");
        json.WriteStartArray("issue");
        foreach (var error in errors)
        {
            json.WriteStartObject();
            json.WriteString("severity", severity);
            json.WriteString("code", error.Code);
            json.WriteStartObject("details");
            json.WriteString("text", error.Text);
            json.WriteEndObject();
            json.WriteString("diagnostics", error.Text);
            if (error.Expression is not null)
            {
                json.WriteStartArray("expression");
                json.WriteStringValue(error.Expression);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>Ends a request with an OperationOutcome. Thrown where a value would have to travel through many hands; caught in one place.</summary>
sealed class FhirErrorException(IReadOnlyList<FhirError> errors) : Exception(errors[0].Text)
{
    public FhirErrorException(FhirError error)
        : this([error])
    {
    }

    public IReadOnlyList<FhirError> Errors { get; } = errors;
}
