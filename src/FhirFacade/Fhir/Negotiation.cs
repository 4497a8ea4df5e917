using Microsoft.Net.Http.Headers;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Decides the format of the answer before anything else, so that errors come in it too.</summary>
static class Negotiation
{
    const string Pretty = "pretty";

    /// <summary>What the URL and the header Accept ask for.</summary>
    /// <exception cref="FhirErrorException">406: nothing that is wanted can be produced.</exception>
    public static void Use(HttpContext context)
    {
        var accept = MediaTypeHeaderValue.TryParseList(context.Request.Headers.Accept, out var types) ? types : [];
        context.Items[nameof(Format)] = Formats.Of(accept) ?? Format.Json;
        var query = RawQuery.Parse(context.Request.QueryString.Value ?? "");
        Use(context, query);
        if (Formats.Of(accept) is null && !query.Any(IsFormat)) throw new FhirErrorException(FhirErrors.NotAcceptable(context.Request.Headers.Accept.ToString()));
    }

    /// <summary>What a query, a form or the query behind a page link asks for: it goes before Accept.</summary>
    /// <exception cref="FhirErrorException">406: it cannot be produced.</exception>
    public static void Use(HttpContext context, IEnumerable<KeyValuePair<string, string>> query)
    {
        foreach (var pair in query)
        {
            if (pair.Key == "_pretty") context.Items[Pretty] = pair.Value == "true";
            if (IsFormat(pair)) context.Items[nameof(Format)] = Formats.Named(pair.Value) ?? throw new FhirErrorException(FhirErrors.NotAcceptable(pair.Value));
        }
    }

    public static (Format Format, bool Pretty) Of(HttpContext context) => (context.Items[nameof(Format)] as Format? ?? Format.Json, context.Items[Pretty] is true);

    /// <summary>For the answer that says that nothing else can be produced.</summary>
    public static void UseJson(HttpContext context) => context.Items[nameof(Format)] = Format.Json;

    static bool IsFormat(KeyValuePair<string, string> pair) => pair is { Key: "_format", Value.Length: > 0 };
}
