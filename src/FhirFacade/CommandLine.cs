using System.Globalization;

namespace Dicom2Fhir.FhirFacade;

/// <summary>The options of <c>dicom2fhir serve</c>, as configuration keys.</summary>
static class CommandLine
{
    public const string Help =
        """
        dicom2fhir serve: answers FHIR searches from the database

          --data DIR    embedded database and state (default: .dicom2fhir beside the script)
          --port N      port on 127.0.0.1 (default 8080)
          --url BASE    the whole public FHIR base, for links
          --json        accepted for every verb; serve prints one line, ready URL
          --help        this text

        Settings are in docs/configuration.md.
        """;

    /// <summary>The settings the arguments make; the fault says which argument is wrong.</summary>
    public static (Dictionary<string, string?> Settings, string? Fault) Parse(string[] arguments)
    {
        var settings = new Dictionary<string, string?>();
        for (var i = 0; i < arguments.Length; i++)
        {
            var (name, value) = arguments[i].IndexOf('=', StringComparison.Ordinal) is var at and > 0
                ? (arguments[i][..at], arguments[i][(at + 1)..])
                : (arguments[i], null);
            if (name == "--json") continue;
            if (Key(name) is not { } key) return (settings, $"serve does not know '{arguments[i]}'; it takes --data, --port, --url and --json.");
            value ??= ++i < arguments.Length ? arguments[i] : null;
            if (string.IsNullOrEmpty(value)) return (settings, $"{name} needs a value.");
            if (name == "--port" && !(int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536))
            {
                return (settings, $"--port takes a number from 1 to 65535, not '{value}'.");
            }

            settings[key] = name == "--data" ? Path.GetFullPath(value) : value;
        }

        return (settings, null);
    }

    static string? Key(string name) => name switch
    {
        "--data" => "Data:Folder",
        "--port" => "Port",
        "--url" => "PublicBaseUrl",
        _ => null,
    };
}
