namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>How patients get their pseudonyms (design decision 3).</summary>
enum PseudonymStrategy
{
    Hmac,
    Sha256,
    File,
    Gpas,
    Vfps,
}

/// <summary>Settings Pseudonyms__*; docs/configuration.md lists them. What a strategy needs is there, what it cannot use is not.</summary>
public sealed record PseudonymOptions
{
    internal PseudonymStrategy Strategy { get; init; }

    /// <summary>Null: pseudonym.key in the data folder.</summary>
    public string? KeyFile { get; init; }

    /// <summary>sha256: the identifier system of the hospital's Patient IDs.</summary>
    public string? System { get; init; }

    /// <summary>Issuers (0010,0021) whose Patient IDs are the hospital's own; "*" is any. hmac needs none: there the issuer is part of the patient.</summary>
    public IReadOnlyList<string> Issuers { get; init; } = [];

    /// <summary>file: the CSV.</summary>
    public string? File { get; init; }

    /// <summary>gpas, vfps: the FHIR base of the service, without a slash at its end.</summary>
    public Uri? Url { get; init; }

    /// <summary>gpas: the domain; vfps: the namespace.</summary>
    public string? Domain { get; init; }

    /// <summary>Basic authentication.</summary>
    public string? User { get; init; }

    /// <summary>Of <see cref="User"/>.</summary>
    public Secret? Password { get; init; }

    /// <summary>Bearer authentication.</summary>
    public Secret? Token { get; init; }

    /// <summary>Of one request.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
