using System.Globalization;
using System.Net;
using Microsoft.Extensions.Primitives;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>
/// The FHIR base that links of an answer start with: the configured one, else what a trusted proxy says (Forwarded, X-Forwarded-Proto, -Host, -Port,
/// -Prefix), else the request's own host.
/// </summary>
static class RequestBase
{
    public const string Path = "/fhir";

    /// <summary>The base as far as the settings say it, for people who start the program.</summary>
    public static string Of(FacadeOptions options)
    {
        if (options.PublicBaseUrl is not null) return Text(options.PublicBaseUrl);
        var host = options.Listen.Equals(IPAddress.Any) ? IPAddress.Loopback : options.Listen.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : options.Listen;
        return string.Create(CultureInfo.InvariantCulture, $"http://{new IPEndPoint(host, options.Port)}{Path}");
    }

    /// <summary>Without the slash at the end that a bare host gets.</summary>
    public static string Text(Uri fhirBase) => fhirBase.AbsoluteUri.TrimEnd('/');

    public static Uri Of(HttpContext context, FacadeOptions options)
    {
        if (options.PublicBaseUrl is not null) return options.PublicBaseUrl;
        var request = context.Request;
        var (scheme, host, prefix) = IsTrusted(context.Connection.RemoteIpAddress, options) ? Forwarded(request) : (null, null, null);
        var authority = host ?? request.Host.Value ?? "localhost";
        return authority.IndexOfAny(['/', '?', '#', '@']) < 0
            && Uri.TryCreate($"{scheme ?? request.Scheme}://{authority}{prefix}{Path}", UriKind.Absolute, out var url)
            && url.AbsolutePath.EndsWith(Path, StringComparison.Ordinal)
            ? url
            : throw new FhirErrorException(FhirErrors.BadRequest("The Host header is no host name."));
    }

    static bool IsTrusted(IPAddress? peer, FacadeOptions options)
    {
        if (peer is null) return false;
        var address = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        return options.Trusted.Any(network => network.Contains(address));
    }

    static (string? Scheme, string? Host, string? Prefix) Forwarded(HttpRequest request)
    {
        var headers = request.Headers;
        string? scheme, host;
        if (First(headers["Forwarded"]) is { } forwarded)
        {
            var parts = forwarded.Split(';', StringSplitOptions.TrimEntries)
                .Select(part => part.Split('=', 2))
                .Where(part => part.Length == 2)
                .GroupBy(part => part[0], part => part[1].Trim('"'), StringComparer.OrdinalIgnoreCase)
                .ToDictionary(group => group.Key, group => group.First(), StringComparer.OrdinalIgnoreCase);
            (scheme, host) = (parts.GetValueOrDefault("proto"), parts.GetValueOrDefault("host"));
        }
        else
        {
            (scheme, host) = (First(headers["X-Forwarded-Proto"]), First(headers["X-Forwarded-Host"]));
            if (First(headers["X-Forwarded-Port"]) is { } port && port.All(char.IsAsciiDigit)) host = WithPort(host ?? request.Host.Host, port, scheme);
        }

        var prefix = First(headers["X-Forwarded-Prefix"])?.TrimEnd('/');
        return (scheme is "http" or "https" ? scheme : null, host, prefix is { Length: > 0 } && prefix[0] == '/' ? prefix : null);
    }

    // A host that names its port keeps it; the standard ports are left out.
    static string WithPort(string host, string port, string? scheme) =>
        host.LastIndexOf(':') > host.LastIndexOf(']') || (scheme, port) is ("https", "443") or ("http", "80") or (null, "80") ? host : $"{host}:{port}";

    // Chains of proxies append: the first value is the client's side.
    static string? First(StringValues values) =>
        values.ToString().Split(',', StringSplitOptions.TrimEntries)[0] is { Length: > 0 } first ? first : null;
}
