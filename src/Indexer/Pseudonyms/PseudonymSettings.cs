using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>Reads and judges the settings Pseudonyms__*.</summary>
static class PseudonymSettings
{
    const string Section = "Pseudonyms:";

    // Longer than any service needs for 100 patients; a run waits that long at most for a service that hangs, three times.
    const int LongestTimeout = 300;

    static readonly char[] ListBreaks = [',', ';', '\n'];

    /// <exception cref="SettingException">A setting is missing, cannot be, or does not belong to the strategy.</exception>
    public static PseudonymOptions Read(IConfiguration settings)
    {
        var strategy = Strategy(Text(settings, "Strategy"));
        var options = new PseudonymOptions
        {
            Strategy = strategy,
            KeyFile = Text(settings, "KeyFile") is { } key ? Path.GetFullPath(key) : null,
            System = Needed(settings, strategy, "System", "the identifier system of the Patient IDs", PseudonymStrategy.Sha256),
            Issuers = [.. (Text(settings, "Issuers") ?? "").Split(ListBreaks, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
            File = Needed(settings, strategy, "File", "a CSV of original and pseudonym", PseudonymStrategy.File) is { } file ? Path.GetFullPath(file) : null,
            Url = Url(Needed(settings, strategy, "Url", "the FHIR base of the service", PseudonymStrategy.Gpas, PseudonymStrategy.Vfps)),
            Domain = Needed(
                settings, strategy, "Domain", strategy == PseudonymStrategy.Vfps ? "the namespace" : "the domain", PseudonymStrategy.Gpas, PseudonymStrategy.Vfps),
            User = Text(settings, "User"),
            Password = Secret.Of("Pseudonyms__Password", Text(settings, "Password"), Text(settings, "PasswordFile")),
            Token = Secret.Of("Pseudonyms__Token", Text(settings, "Token"), Text(settings, "TokenFile")),
            Timeout = Timeout(Text(settings, "Timeout")),
        };
        if (options.User is null != options.Password is null) throw new SettingException("Pseudonyms__User and Pseudonyms__Password belong together: give both or neither.");
        if (options.User is not null && options.Token is not null) throw new SettingException("Pseudonyms__User and Pseudonyms__Token are both given: a service takes one.");
        return options;
    }

    static PseudonymStrategy Strategy(string? text) =>
        text is null ? PseudonymStrategy.Hmac
        : Enum.GetNames<PseudonymStrategy>().Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<PseudonymStrategy>(text, ignoreCase: true)
        : throw new SettingException($"The setting Pseudonyms__Strategy is '{text}', it must be hmac, sha256, file, gpas or vfps.");

    static string? Needed(IConfiguration settings, PseudonymStrategy strategy, string name, string meaning, params ReadOnlySpan<PseudonymStrategy> users)
    {
        var text = Text(settings, name);
        return !users.Contains(strategy) ? null
            : text ?? throw new SettingException($"Pseudonyms__Strategy={strategy.ToString().ToLowerInvariant()} needs Pseudonyms__{name}: {meaning}.");
    }

    // A password in the URL would stand in every message about it.
    static Uri? Url(string? text)
    {
        if (text is null) return null;
        return Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0
            ? url
            : throw new SettingException("Pseudonyms__Url must be an http or https URL without user, query and fragment; the user goes into Pseudonyms__User.");
    }

    static TimeSpan Timeout(string? text) =>
        text is null ? new PseudonymOptions().Timeout
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= LongestTimeout ? TimeSpan.FromSeconds(seconds)
        : throw new SettingException($"The setting Pseudonyms__Timeout is '{text}', it must be 1 to {LongestTimeout} seconds.");

    static string? Text(IConfiguration settings, string name) => string.IsNullOrWhiteSpace(settings[Section + name]) ? null : settings[Section + name]!.Trim();
}
