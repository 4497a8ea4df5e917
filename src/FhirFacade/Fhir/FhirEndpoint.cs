using System.Text;
using Microsoft.Net.Http.Headers;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>HTTP to calls and back: every path below the FHIR base.</summary>
static class FhirEndpoint
{
    const string FormType = "application/x-www-form-urlencoded";

    // One handler for all; the patterns are the labels of the metrics page.
    static readonly string[] Patterns = ["", "/metadata", "/_search", "/{type}", "/{type}/_search", "/{type}/{id}", "/Patient/{id}/{type}", "/Patient/{id}/{type}/_search", "/{**path}"];

    static readonly string[] JsonTypes = ["application/fhir+json", "application/json", "text/json", "application/json+fhir"];

    public static IServiceCollection AddFhir(this IServiceCollection services) =>
        services.AddSingleton<Interactions>().AddSingleton<ReadInteraction>().AddSingleton<SearchInteraction>().AddSingleton<Definitions>().AddSingleton<DefinitionInteraction>().AddSingleton<BatchInteraction>();

    public static void MapFhir(this IEndpointRouteBuilder routes)
    {
        foreach (var pattern in Patterns) routes.Map(RequestBase.Path + pattern, AnswerAsync);
    }

    static async Task AnswerAsync(HttpContext context, Interactions interactions, FacadeOptions options)
    {
        var call = await CallAsync(context, options);
        var answer = await interactions.AnswerAsync(call, context.RequestAborted);
        using (answer.Json) await FhirResponse.SendAsync(context, answer);
    }

    static async Task<FhirCall> CallAsync(HttpContext context, FacadeOptions options)
    {
        var request = context.Request;
        context.Request.Path.StartsWithSegments(RequestBase.Path, out var path);
        var call = new FhirCall(
            request.Method, path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries), RawQuery.Parse(request.QueryString.Value ?? ""), RequestBase.Of(context, options))
        {
            Lenient = Preference.Lenient(request.Headers["Prefer"]),
            Conditions = Conditions.Of(request),
        };
        if (!HttpMethods.IsPost(request.Method)) return call;
        if (call.Segments is []) return call with { Body = await BodyAsync(context, JsonTypes, "a Bundle as application/fhir+json (XML is read by nobody here)") };
        if (call.Segments is not [.., "_search"]) return call;

        var form = RawQuery.Parse(await FormAsync(context));
        Negotiation.Use(context, form);
        return call with { Query = [.. call.Query, .. form] };
    }

    static async Task<string> FormAsync(HttpContext context)
    {
        var body = await BodyAsync(context, [FormType], "a form as " + FormType);
        try
        {
            var charset = MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) ? type.Encoding : null;
            var encoding = charset is null or UTF8Encoding ? new UTF8Encoding(false, throwOnInvalidBytes: true) : charset;
            return encoding.GetString(body.Span).TrimStart('\ufeff').TrimEnd('\r', '\n');
        }
        catch (DecoderFallbackException)
        {
            throw new FhirErrorException(FhirErrors.BadRequest("The form is not UTF-8."));
        }
    }

    // Empty for a request without a body, whatever its type.
    static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpContext context, string[] types, string expected)
    {
        var request = context.Request;
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } coding and not "identity") throw new FhirErrorException(FhirErrors.CompressedBody(coding));
        var hasBody = request.ContentLength is not (null or 0) || request.Headers.TransferEncoding.Count > 0;
        var type = request.ContentType;
        if (type is null && !hasBody) return default;
        if (type is null || !types.Contains(type.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase)) throw new FhirErrorException(FhirErrors.WrongBody(type, expected));
        using var body = new MemoryStream(request.ContentLength is > 0 and <= ServerLimits.Body ? (int)request.ContentLength : 0);
        await request.Body.CopyToAsync(body, context.RequestAborted);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}

/// <summary>The header Prefer (RFC 7240): several preferences, of which handling counts (R4 search 3.1.1.3).</summary>
static class Preference
{
    /// <summary>Null without one; an unknown handling is no preference.</summary>
    public static bool? Lenient(string? header)
    {
        var preferences = (header ?? "").Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(preference => preference.Replace(" ", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal))
            .Where(preference => preference.StartsWith("handling=", StringComparison.OrdinalIgnoreCase));
        // the first of several counts (RFC 7240 section 2)
        return preferences.Select(preference => preference["handling=".Length..].ToLowerInvariant()).FirstOrDefault() switch
        {
            "lenient" => true,
            "strict" => false,
            _ => null,
        };
    }
}
