using System.Globalization;
using System.Net;

namespace Dicom2Fhir.FhirFacade;

/// <summary>Settings of the facade; docs/configuration.md lists them with their defaults.</summary>
public sealed record FacadeOptions
{
    /// <summary>Address to listen on. Loopback: who opens the service to a network does so on purpose.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>8080, the port of the portal's standard deployment inside its network.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Port of the metrics page on <see cref="Listen"/>, apart from the API so that a proxy never publishes it; null: none.</summary>
    public int? MetricsPort { get; init; } = 9464;

    /// <summary>The whole public FHIR base for links; null: as the request (and a trusted proxy) says.</summary>
    public Uri? PublicBaseUrl { get; init; }

    /// <summary>Zone of search dates without one; the database remembers the zone it was indexed with.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Unknown parameters without a Prefer header: refused, since an ignored filter counts the whole hospital.</summary>
    public bool Lenient { get; init; }

    /// <summary>False: search answers leave series.instance out and say SUBSETTED.</summary>
    public bool Instances { get; init; } = true;

    /// <summary>The indexer keeps counts of instances only (Instances=counts): searches over instances are refused, /metadata does not offer them.</summary>
    public bool CountsOnly { get; init; }

    /// <summary>Peers whose forwarded headers count: loopback and private ranges, or the networks named.</summary>
    public IReadOnlyList<IPNetwork> Trusted { get; init; } = [.. DefaultTrusted.Select(IPNetwork.Parse)];

    /// <summary>A plain body-site token means :below, for portals that cannot send modifiers.</summary>
    public bool BodySiteHierarchy { get; init; }

    /// <summary>__explain=true shows how a search is answered, SQL included.</summary>
    public bool Explain { get; init; }

    /// <summary>Origins whose browser scripts may read answers; *: all.</summary>
    public IReadOnlyList<string> Origins { get; init; } = ["*"];

    public string DataFolder { get; init; } = ".dicom2fhir";

    public string? Postgres { get; init; }

    public string? PostgresWrite { get; init; }

    static readonly string[] DefaultTrusted = ["127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

    /// <summary>Reads and checks every setting.</summary>
    /// <exception cref="SettingException">One has a value it cannot have; names it.</exception>
    public static FacadeOptions Read(IConfiguration settings) => new()
    {
        Listen = Parse(settings, "Listen", "127.0.0.1", text => IPAddress.TryParse(text == "localhost" ? "127.0.0.1" : text, out var address) ? address : null, "an IP address"),
        Port = Parse(settings, "Port", "8080", text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 ? (int?)port : null, "a port")!.Value,
        MetricsPort = Parse(settings, "Metrics:Port", "9464", text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port < 65536 ? (int?)port : null, "a port, or 0 for none") is > 0 and var metrics ? metrics : null,
        PublicBaseUrl = settings["PublicBaseUrl"] is { Length: > 0 }
            ? Parse(settings, "PublicBaseUrl", "", text => Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "" } ? new Uri(text.TrimEnd('/')) : null, "an absolute http or https URL without a query")
            : null,
        TimeZone = Parse(settings, "TimeZone", "Europe/Berlin", text => TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone) ? zone : null, "an IANA time zone"),
        Lenient = Choice(settings, "Search:Handling", "strict", "lenient"),
        Instances = !Choice(settings, "Search:Instances", "keep", "omit"),
        CountsOnly = Choice(settings, "Instances", "full", "counts"),
        Explain = Choice(settings, "Search:Explain", "off", "on"),
        BodySiteHierarchy = Choice(settings, "Search:BodySiteHierarchy", "off", "on"),
        Trusted = settings["Proxy:Trusted"] is { Length: > 0 }
            ? Parse(settings, "Proxy:Trusted", "", Networks, "a list of networks such as 10.0.0.0/8")
            : [.. DefaultTrusted.Select(IPNetwork.Parse)],
        Origins = Parse(settings, "Cors:Origins", "*", Allowed, "*, none, or a list of origins such as https://portal.example"),
        DataFolder = Given(settings["Data:Folder"]) ?? ".dicom2fhir",
        Postgres = Given(settings.GetConnectionString("Postgres")),
        PostgresWrite = Given(settings.GetConnectionString("PostgresWrite")),
    };

    static T Parse<T>(IConfiguration settings, string key, string standard, Func<string, T?> parse, string expected)
    {
        var text = Given(settings[key]) ?? standard;
        return parse(text) ?? throw new SettingException($"The setting {key.Replace(":", "__", StringComparison.Ordinal)} is '{text}', it must be {expected}.");
    }

    // Environment files hand over what nobody filled in as empty text.
    static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    static bool Choice(IConfiguration settings, string key, string standard, string other) =>
        Parse(settings, key, standard, text => text == standard ? false : text == other ? true : (bool?)null, $"{standard} or {other}")!.Value;

    static IReadOnlyList<string>? Allowed(string text)
    {
        var origins = text is "none" ? [] : text.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries);
        return Array.TrueForAll(origins, origin => origin == "*" || (Uri.TryCreate(origin, UriKind.Absolute, out var url) && url.GetLeftPart(UriPartial.Authority) == origin)) ? origins : null;
    }

    static IReadOnlyList<IPNetwork>? Networks(string text)
    {
        var networks = new List<IPNetwork>();
        foreach (var part in text.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (!IPNetwork.TryParse(part.Contains('/', StringComparison.Ordinal) ? part : part + (part.Contains(':', StringComparison.Ordinal) ? "/128" : "/32"), out var network)) return null;
            networks.Add(network);
        }

        return networks;
    }
}

/// <summary>A setting with a value it cannot have; the message is one sentence.</summary>
public sealed class SettingException(string message) : Exception(message);
