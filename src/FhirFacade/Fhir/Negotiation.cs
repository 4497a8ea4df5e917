using Microsoft.Net.Http.Headers;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Decides the format of the answer before anything else, so that errors come in it too.</summary>
static class Negotiation
{
    /// <exception cref="FhirErrorException">406: nothing that is wanted can be produced.</exception>
    public static void Use(HttpContext context)
    {
        var query = RawQuery.Parse(context.Request.QueryString.Value ?? "");
        var accept = MediaTypeHeaderValue.TryParseList(context.Request.Headers.Accept, out var types) ? types : [];
        if (query.Find(pair => pair is { Key: "_pretty", Value: "true" }).Key is not null) context.Items["pretty"] = true;
        var wanted = query.LastOrDefault(pair => pair is { Key: "_format", Value.Length: > 0 }).Value;
        context.Items[nameof(Format)] = Formats.Of(wanted, accept, out var what) ?? throw new FhirErrorException(FhirErrors.NotAcceptable(what));
    }

    /// <summary>What a form body, or the query behind a page link, asks for.</summary>
    public static void Use(HttpContext context, IEnumerable<KeyValuePair<string, string>> written)
    {
        foreach (var (name, value) in written)
        {
            if (name == "_pretty" && value == "true") context.Items["pretty"] = true;
            if (name == "_format") context.Items[nameof(Format)] = Formats.Of(value, [], out _) ?? throw new FhirErrorException(FhirErrors.NotAcceptable(value));
        }
    }
}
