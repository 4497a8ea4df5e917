using System.Text.Json;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>An error of the FHIR interface: status, issue code (http://hl7.org/fhir/issue-type) and a sentence for the caller.</summary>
/// <param name="Expression">http.NAME for a parameter (R4 OperationOutcome.issue.expression), else null.</param>
public sealed record FhirError(int Status, string Code, string Text, string? Expression = null)
{
    /// <summary>Of 405: the methods the path takes, "" for none.</summary>
    public string? Allow { get; init; }
}

/// <summary>The closed set of errors; docs/error-codes.md lists them.</summary>
static class FhirErrors
{
    /// <summary>Of a read, and of names that are no type at all.</summary>
    public static FhirError UnknownType(string type) => new(404, "not-supported", $"The resource type '{type}' is not served here; see /metadata.");

    /// <summary>Of a search over a FHIR type: not 404, which portals take for a passing fault and try again.</summary>
    public static FhirError TypeNotSearched(string type) => new(400, "not-supported", $"The resource type '{type}' is not served here; see /metadata.");

    public static FhirError NotFound(string type, string id) => new(404, "not-found", $"{type}/{id} is not known.");

    public static FhirError Gone(string type, string id) => new(410, "deleted", $"{type}/{id} was deleted.");

    public static FhirError BadId(string id) => new(400, "invalid", $"'{id}' is no resource id: 1 to 64 of A-Z a-z 0-9 - and . are allowed.");

    public static FhirError NoRoute(string path) => new(404, "not-found", $"There is nothing at {path}.");

    public static FhirError NotAllowed(string method, string allowed) =>
        new(405, "not-supported", $"{method} is not offered here, only {allowed}. This server only reads.") { Allow = allowed };

    /// <summary>History and operations: never 404, which portals take for a passing fault and try again.</summary>
    public static FhirError NoInteraction(string name) =>
        new(405, "not-supported", $"'{name}' is not offered; this server offers read, search and batches of them.") { Allow = "" };

    public static FhirError NotAcceptable(string wanted) =>
        new(406, "not-supported", $"'{wanted}' cannot be produced; JSON (application/fhir+json) and XML (application/fhir+xml) can.");

    public static FhirError WrongBody(string? type, string expected) => new(415, "not-supported", $"The body of this request is {expected}, not '{type}'.");

    public static FhirError CompressedBody(string coding) => new(415, "not-supported", $"A request body is taken as it is, not in the coding '{coding}'.");

    public static FhirError TooLarge { get; } = new(413, "too-long", "The request body is larger than this server takes.");

    /// <summary>What the web server refuses before the request is read: not HTTP (400), slow (408), long lines (414) and headers (431).</summary>
    public static FhirError Framework(int status, string reason) => status switch
    {
        408 => new(408, "timeout", "The request came too slowly."),
        414 => new(414, "too-long", "The request line is longer than this server takes (64 kB): send the search as POST to _search."),
        431 => new(431, "too-long", "The request headers are larger than this server takes (64 kB, 100 headers)."),
        _ => new(status, status < 500 ? "invalid" : "exception", $"The request is not HTTP as this server reads it ({reason}); characters outside ASCII are percent-encoded in a URL."),
    };

    public static FhirError TooManyParameters(int parameters, int most) => new(400, "too-costly", $"A query has at most {most} parameters, this one has {parameters}.");

    public static FhirError TooManyEntries(int entries, int most) => new(400, "too-costly", $"A batch has at most {most} entries, this one has {entries}.");

    public static FhirError BatchTooLarge { get; } = new(400, "too-costly", "The answers of the batch so far fill what clients can read: send this entry in a batch of its own.");

    public static FhirError TooSlow { get; } = new(408, "timeout", "The request body came too slowly.");

    public static FhirError BadRequest(string text) => new(400, "invalid", text);

    public static FhirError BadParameter(string name, string text) => new(400, "invalid", text, "http." + name);

    /// <summary>R4 search 3.1.1.5.8.</summary>
    public static FhirError NoNarrativeOfIncludes { get; } = BadParameter("_summary", "_include and _revinclude cannot be given with _summary=text.");

    public static FhirError BadPage { get; } = new(400, "invalid", "The page link is not one of this server; start the search again.", "http.__page");

    public static FhirError PageGone { get; } = new(410, "expired", "The page link has expired; start the search again.", "http.__page");

    public static FhirError ReplicaBehind { get; } = Unavailable("This copy of the database has not yet what the page link goes on from; try again.");

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

    // What was sent is quoted; what was sent may be a megabyte.
    const int LongestText = 1_000;
    const int LongestName = 200;

    static string Short(string text, int longest)
    {
        if (text.Length <= longest) return text;
        var half = longest / 2;
        var (head, tail) = (char.IsHighSurrogate(text[half - 1]) ? half - 1 : half, char.IsLowSurrogate(text[^half]) ? half - 1 : half);
        return $"{text[..head]} ... {text[^tail..]}";
    }

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
            json.WriteString("text", Short(error.Text, LongestText));
            json.WriteEndObject();
            json.WriteString("diagnostics", Short(error.Text, LongestText));
            if (error.Expression is not null)
            {
                json.WriteStartArray("expression");
                json.WriteStringValue(Short(error.Expression, LongestName));
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
