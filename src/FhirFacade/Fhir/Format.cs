using Microsoft.Net.Http.Headers;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>What an answer is written in.</summary>
public enum Format
{
    Json,
    Xml,
}

/// <summary>Content negotiation (R4 http, "content types"; RFC 9110 section 12.5.1): q values and specificity count; nothing said is JSON.</summary>
static class Formats
{
    public const string Json = "application/fhir+json; charset=utf-8";
    public const string Xml = "application/fhir+xml; charset=utf-8";

    static readonly string[] JsonTypes = ["json", "application/json", "application/fhir+json", "text/json", "application/json+fhir"];
    static readonly string[] XmlTypes = ["xml", "application/xml", "application/fhir+xml", "text/xml", "application/xml+fhir"];

    // The only FHIR version there is here (R4 http, "FHIR version parameter").
    static readonly string[] Versions = ["4.0", "4.0.1"];

    public static string ContentType(Format format) => format == Format.Xml ? Xml : Json;

    /// <summary>The value of _format; null when it cannot be produced.</summary>
    public static Format? Named(string formatParameter)
    {
        // a plus that was not escaped came in as a blank
        var parts = formatParameter.Split(';', StringSplitOptions.TrimEntries);
        return parts[1..].All(IsServedVersion) ? Known(parts[0].Replace(' ', '+')) : null;
    }

    /// <summary>The best of an Accept header; null when nothing that is wanted can be produced.</summary>
    public static Format? Of(IList<MediaTypeHeaderValue> accept)
    {
        if (accept.Count == 0) return Format.Json;
        var (json, xml) = (Wanted(accept, Format.Json), Wanted(accept, Format.Xml));
        if (json.Quality <= 0 && xml.Quality <= 0) return null;
        return xml.Quality > json.Quality || (xml.Quality.Equals(json.Quality) && xml.Place < json.Place) ? Format.Xml : Format.Json;
    }

    // The most specific range says how much a format is wanted; the place breaks ties. Wildcards want JSON first.
    static (double Quality, int Place) Wanted(IList<MediaTypeHeaderValue> accept, Format format)
    {
        var ranges = accept.Select((range, place) => (Range: range, Place: place)).Where(item => item.Range.Parameters.All(parameter => IsServedVersion(parameter.ToString()))).ToList();
        var named = ranges.Where(item => Known(item.Range.MediaType.Value ?? "") == format).ToList();
        if (named.Count == 0) named = [.. ranges.Where(item => item.Range.MediaType.Value is "application/*")];
        if (named.Count == 0) named = [.. ranges.Where(item => item.Range.MediaType.Value is "*/*" or "text/*")];
        if (named.Count == 0) return (0, int.MaxValue);
        var best = named.MaxBy(item => item.Range.Quality ?? 1);
        return (best.Range.Quality ?? 1, best.Place);
    }

    // Other parameters (charset, q) do not matter.
    static bool IsServedVersion(string parameter) =>
        !parameter.StartsWith("fhirVersion=", StringComparison.OrdinalIgnoreCase) || Versions.Contains(parameter["fhirVersion=".Length..].Trim('"'));

    static Format? Known(string type) =>
        JsonTypes.Contains(type, StringComparer.OrdinalIgnoreCase) ? Format.Json
        : XmlTypes.Contains(type, StringComparer.OrdinalIgnoreCase) ? Format.Xml
        : null;
}
