using System.Text;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>
/// Names and values of a query string or form body as clients really send them: split on &amp; and the first =, + and percent escapes decoded, raw
/// separators (| $ : / ,) taken as they are. Portals post bodies that are not percent-encoded.
/// </summary>
static class RawQuery
{
    static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <exception cref="FhirErrorException">400: a percent escape is broken, or the text is not UTF-8 or holds U+0000.</exception>
    public static List<KeyValuePair<string, string>> Parse(string text)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var part in text.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            pairs.Add(KeyValuePair.Create(Decode(equals < 0 ? part : part[..equals]), equals < 0 ? "" : Decode(part[(equals + 1)..])));
        }

        return pairs;
    }

    /// <summary>The query string of these pairs, percent-encoded; "" for none.</summary>
    public static string Print(IEnumerable<KeyValuePair<string, string>> pairs) =>
        string.Join('&', pairs.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));

    static string Decode(string text)
    {
        if (text.AsSpan().IndexOfAny('%', '+', '\0') < 0) return text;
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '+':
                    bytes.Add((byte)' ');
                    break;
                case '%' when i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]):
                    bytes.Add(Convert.FromHexString(text.AsSpan(i + 1, 2))[0]);
                    i += 2;
                    break;
                case '%':
                    throw new FhirErrorException(FhirErrors.BadRequest($"'{text}' has a broken percent escape."));
                default:
                    var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                    bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
                    i += length - 1;
                    break;
            }
        }

        try
        {
            var plain = Strict.GetString([.. bytes]);
            return plain.Contains('\0', StringComparison.Ordinal) ? throw new FhirErrorException(FhirErrors.BadRequest("A parameter holds the character U+0000.")) : plain;
        }
        catch (DecoderFallbackException)
        {
            throw new FhirErrorException(FhirErrors.BadRequest("A parameter is not UTF-8."));
        }
    }
}
