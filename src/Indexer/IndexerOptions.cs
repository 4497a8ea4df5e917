using Dicom2Fhir.Indexer.Pseudonyms;
using Microsoft.Extensions.Configuration;

namespace Dicom2Fhir.Indexer;

/// <summary>Settings of the indexer; docs/configuration.md lists them with their defaults.</summary>
public sealed record IndexerOptions
{
    /// <summary>Zone of DICOM times that state none; the index's days are of this zone, so the database remembers it.</summary>
    public required TimeZoneInfo TimeZone { get; init; }

    public required string DataFolder { get; init; }

    /// <summary>Use that server, not the embedded one.</summary>
    public string? Postgres { get; init; }

    /// <summary>False: resources hold counts of instances only, for archives whose instance lists would fill the disk.</summary>
    public bool Instances { get; init; } = true;

    /// <summary>False: the ledger keeps hashes of input names; names may hold identities.</summary>
    public bool KeepNames { get; init; } = true;

    public string? AccessionSystem { get; init; }

    public string? Source { get; init; }

    /// <summary>True: what breaks its profile is stored with a tag; false: it is withheld.</summary>
    public bool TagNonconformant { get; init; }

    /// <summary>True: a Patient with name, address or contact may be imported.</summary>
    public bool AllowIdentifying { get; init; }

    public PseudonymOptions Pseudonyms { get; init; } = new();

    public PrivacyOptions Privacy { get; init; } = new();

    /// <summary>False only in the test that proves the canary search: no setting reaches it.</summary>
    internal bool ProtectionIsOn { get; init; } = true;

    /// <summary>The pseudonym key.</summary>
    public string KeyPath => Pseudonyms.KeyFile ?? Path.Combine(DataFolder, "pseudonym.key");

    /// <exception cref="SettingException">A setting has a value it cannot have; names it.</exception>
    public static IndexerOptions Read(IConfiguration settings)
    {
        Refuse(settings, "Mapping:TextHints", "off");
        var zone = Text(settings, "TimeZone") ?? "Europe/Berlin";
        return new IndexerOptions
        {
            TimeZone = TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? found : throw Bad("TimeZone", zone, "an IANA time zone"),
            DataFolder = Text(settings, "Data:Folder") ?? ".dicom2fhir",
            Postgres = Text(settings, "ConnectionStrings:Postgres"),
            Instances = Choice(settings, "Instances", "full", "counts"),
            KeepNames = Choice(settings, "Ledger:Names", "keep", "hash"),
            AccessionSystem = Text(settings, "Accession:System"),
            Source = Text(settings, "Meta:Source"),
            TagNonconformant = !Choice(settings, "Conformance:OnFailure", "quarantine", "tag"),
            AllowIdentifying = !Choice(settings, "Import:AllowIdentifying", "false", "true"),
            Pseudonyms = PseudonymSettings.Read(settings),
            Privacy = new PrivacyOptions
            {
                KeepUids = Choice(settings, "Privacy:Uids", "keep", "pseudonymise"),
                KeepDates = Choice(settings, "Privacy:Dates", "keep", "year"),
                KeepDevices = Choice(settings, "Privacy:Devices", "keep", "pseudonymise"),
                KeepTexts = Choice(settings, "Privacy:Descriptions", "scrub", "drop"),
            },
        };
    }

    static bool Choice(IConfiguration settings, string key, string standard, string other)
    {
        var text = Text(settings, key) ?? standard;
        if (text.Equals(standard, StringComparison.OrdinalIgnoreCase)) return true;
        return text.Equals(other, StringComparison.OrdinalIgnoreCase) ? false : throw Bad(key, text, $"{standard} or {other}");
    }

    // Compose files pass settings that nobody gave as "".
    static string? Text(IConfiguration settings, string key) => string.IsNullOrWhiteSpace(settings[key]) ? null : settings[key]!.Trim();

    // Settings of the contract whose other values are not built: refused, never ignored.
    static void Refuse(IConfiguration settings, string key, params string[] built)
    {
        if (Text(settings, key) is { } text && !built.Contains(text, StringComparer.OrdinalIgnoreCase)) throw Bad(key, text, string.Join(" or ", built));
    }

    static SettingException Bad(string key, string text, string expected) =>
        new($"The setting {key.Replace(":", "__", StringComparison.Ordinal)} is '{text}', it must be {expected}.");
}

/// <summary>A setting with a value it cannot have; the message is one sentence.</summary>
public sealed class SettingException(string message) : Exception(message);
