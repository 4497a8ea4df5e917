using Microsoft.Net.Http.Headers;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>What an answer is written in.</summary>
public enum Format
{
    Json,
    Xml,
}

/// <summary>Content negotiation (R4 http, "content types"): _format beats Accept; q values count; nothing said is JSON.</summary>
static class Formats
{
    public const string Json = "application/fhir+json; charset=utf-8";
    public const string Xml = "application/fhir+xml; charset=utf-8";

    static readonly string[] JsonTypes = ["json", "application/json", "application/fhir+json", "text/json", "application/json+fhir"];
    static readonly string[] XmlTypes = ["xml", "application/xml", "application/fhir+xml", "text/xml", "application/xml+fhir"];

    public static string ContentType(Format format) => format == Format.Xml ? Xml : Json;

    /// <summary>Null when nothing that is wanted can be produced; <paramref name="wanted"/> then says what was.</summary>
    public static Format? Of(string? formatParameter, IList<MediaTypeHeaderValue> accept, out string wanted)
    {
        wanted = formatParameter ?? string.Join(", ", accept.Select(type => type.MediaType.Value));
        if (formatParameter is not null) return Known(formatParameter.Split(';')[0].Trim().Replace(' ', '+'));
        if (accept.Count == 0) return Format.Json;
        return accept.Where(type => type.Quality is not 0)
            .OrderByDescending(type => type.Quality ?? 1)
            .Select(type => type.MediaType.Value is "*/*" or "application/*" ? Format.Json : Known(type.MediaType.Value ?? ""))
            .FirstOrDefault(format => format is not null);
    }

    static Format? Known(string type) =>
        JsonTypes.Contains(type, StringComparer.OrdinalIgnoreCase) ? Format.Json
        : XmlTypes.Contains(type, StringComparer.OrdinalIgnoreCase) ? Format.Xml
        : null;
}
