using Dicom2Fhir.FhirFacade;
using Microsoft.Extensions.Configuration;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class SettingsTests
{
    [Fact]
    public void The_standard_settings_are_the_documented_ones()
    {
        var options = Read();
        Assert.Equal(("127.0.0.1", 8080, "Europe/Berlin", false, true), (options.Listen.ToString(), options.Port, options.TimeZone.Id, options.Lenient, options.Instances));
        Assert.Null(options.PublicBaseUrl);
        Assert.Null(options.Postgres);
    }

    [Theory]
    [InlineData("Port", "0")]
    [InlineData("Port", "80x")]
    [InlineData("Port", "65536")]
    [InlineData("Listen", "everywhere")]
    [InlineData("PublicBaseUrl", "fhir.example")]
    [InlineData("PublicBaseUrl", "ftp://fhir.example")]
    [InlineData("PublicBaseUrl", "https://fhir.example/fhir?x=1")]
    [InlineData("TimeZone", "Berlin")]
    [InlineData("Search:Handling", "relaxed")]
    [InlineData("Search:Instances", "none")]
    [InlineData("Instances", "some")]
    [InlineData("Proxy:Trusted", "10.0.0.0/99")]
    [InlineData("Cors:Origins", "portal.example")]
    [InlineData("Cors:Origins", "https://portal.example/path")]
    public void A_bad_setting_is_named_in_one_sentence(string key, string value)
    {
        var exception = Assert.Throws<SettingException>(() => Read((key, value)));
        Assert.Contains(key.Replace(":", "__", StringComparison.Ordinal), exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{value}'", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_read()
    {
        var options = Read(
            ("Listen", "0.0.0.0"), ("Port", "81"), ("PublicBaseUrl", "https://fhir.example/fhir/"), ("TimeZone", "Europe/Vienna"), ("Search:Handling", "lenient"),
            ("Search:Instances", "omit"), ("Proxy:Trusted", "203.0.113.0/24, 198.51.100.7 ::1"), ("ConnectionStrings:Postgres", "Host=a"), ("ConnectionStrings:PostgresWrite", "Host=b"));
        Assert.Equal(("0.0.0.0", 81, "https://fhir.example/fhir", "Europe/Vienna", true, false), (options.Listen.ToString(), options.Port, options.PublicBaseUrl!.AbsoluteUri, options.TimeZone.Id, options.Lenient, options.Instances));
        Assert.Equal(["203.0.113.0/24", "198.51.100.7/32", "::1/128"], options.Trusted.Select(network => network.ToString()));
        Assert.Equal(("Host=a", "Host=b"), (options.Postgres, options.PostgresWrite));
        Assert.Equal((false, true), (options.CountsOnly, Read(("Instances", "counts")).CountsOnly));
    }

    [Theory]
    [InlineData("*", "*")]
    [InlineData("none", "")]
    [InlineData("https://portal.example http://localhost:3000", "https://portal.example,http://localhost:3000")]
    public void Origins_of_browser_scripts_are_all_none_or_a_list(string setting, string origins) =>
        Assert.Equal(origins, string.Join(',', Read(("Cors:Origins", setting)).Origins));

    [Fact]
    public void Empty_settings_are_not_given()
    {
        var options = Read(
            ("Listen", ""), ("Port", " "), ("PublicBaseUrl", ""), ("TimeZone", ""), ("Search:Handling", ""), ("Proxy:Trusted", ""), ("Data:Folder", ""), ("ConnectionStrings:Postgres", ""));
        Assert.Equal(("127.0.0.1", 8080, "Europe/Berlin", ".dicom2fhir"), (options.Listen.ToString(), options.Port, options.TimeZone.Id, options.DataFolder));
        Assert.Null(options.Postgres);
        Assert.Null(options.PublicBaseUrl);
        Assert.NotEmpty(options.Trusted);
    }

    [Fact]
    public void Every_setting_is_documented()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs/configuration.md"));
        Assert.All(
            ["Listen", "Port", "PublicBaseUrl", "TimeZone", "Search__Handling", "Search__Instances", "Instances", "Metrics__Port", "Conformance__OnFailure", "Import__AllowIdentifying", "Ledger__Names", "Accession__System", "Meta__Source", "Proxy__Trusted", "Data__Folder", "ConnectionStrings__Postgres", "ConnectionStrings__PostgresWrite"],
            name => Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--port 81", "Port", "81")]
    [InlineData("--port=81", "Port", "81")]
    [InlineData("--url https://a.example/fhir", "PublicBaseUrl", "https://a.example/fhir")]
    [InlineData("--json --data /tmp/x", "Data:Folder", "/tmp/x")]
    public void Options_are_settings(string arguments, string key, string value)
    {
        var (settings, fault) = CommandLine.Parse(arguments.Split(' '));
        Assert.Null(fault);
        Assert.Equal([KeyValuePair.Create(key, (string?)value)], settings);
    }

    [Theory]
    [InlineData("--colour", "--colour")]
    [InlineData("samples", "samples")]
    [InlineData("--port", "--port")]
    [InlineData("--port abc", "abc")]
    [InlineData("--port 0", "0")]
    [InlineData("--data=", "--data")]
    public void Wrong_calls_are_named(string arguments, string named) =>
        Assert.Contains(named, CommandLine.Parse(arguments.Split(' ')).Fault, StringComparison.Ordinal);

    static FacadeOptions Read(params (string Key, string Value)[] settings) =>
        FacadeOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value)).Build());
}
