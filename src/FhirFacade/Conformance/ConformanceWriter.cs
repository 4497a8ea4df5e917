using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Dicom2Fhir.FhirFacade.Fhir;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.FhirFacade.Conformance;

/// <summary>The answer of $conformance: Parameters, or CSV (RFC 4180) with one line a broken rule and one a profile without.</summary>
static class ConformanceWriter
{
    const string Head = "profile,version,checked,valid,decided,rule,expression,severity,count,examples";

    public static bool IsCsv(HttpRequest request) =>
        RawQuery.Parse(request.QueryString.Value ?? "").LastOrDefault(pair => pair.Key == "_format").Value is { } format && format.Split(';')[0].Trim().Equals("text/csv", StringComparison.OrdinalIgnoreCase);

    public static ReadOnlyMemory<byte> Parameters(IReadOnlyList<ProfileConformance> profiles)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, FhirResponse.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "Parameters");
            if (profiles.Count > 0)
            {
                json.WriteStartArray("parameter");
                foreach (var profile in profiles) Profile(json, profile);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    static void Profile(Utf8JsonWriter json, ProfileConformance profile)
    {
        json.WriteStartObject();
        json.WriteString("name", "profile");
        json.WriteStartArray("part");
        Text(json, "profile", "valueCanonical", profile.Profile);
        if (profile.Version.Length > 0) Text(json, "version", "valueString", profile.Version);
        Number(json, "checked", profile.Checked);
        Number(json, "valid", profile.Valid);
        Number(json, "decided", profile.Decided);
        foreach (var rule in profile.Rules) Rule(json, rule);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Rule(Utf8JsonWriter json, RuleConformance rule)
    {
        json.WriteStartObject();
        json.WriteString("name", "rule");
        json.WriteStartArray("part");
        Text(json, "rule", "valueString", rule.Rule);
        Text(json, "expression", "valueString", rule.Expression);
        Text(json, "severity", "valueCode", rule.Severity);
        Number(json, "count", rule.Count);
        foreach (var id in rule.Examples) Text(json, "example", "valueId", id);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Text(Utf8JsonWriter json, string name, string kind, string value)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString(kind, value);
        json.WriteEndObject();
    }

    // integer has 32 bits in R4; a larger count is a decimal.
    static void Number(Utf8JsonWriter json, string name, long value)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteNumber(value <= int.MaxValue ? "valueInteger" : "valueDecimal", value);
        json.WriteEndObject();
    }

    public static string Csv(IReadOnlyList<ProfileConformance> profiles)
    {
        var text = new StringBuilder(Head).Append("\r\n");
        foreach (var profile in profiles)
        {
            string[] start = [profile.Profile, profile.Version, Of(profile.Checked), Of(profile.Valid), Of(profile.Decided)];
            if (profile.Rules.Count == 0) Line(text, [.. start, "", "", "", "", ""]);
            foreach (var rule in profile.Rules) Line(text, [.. start, rule.Rule, rule.Expression, rule.Severity, Of(rule.Count), string.Join(' ', rule.Examples)]);
        }

        return text.ToString();
    }

    static void Line(StringBuilder text, IEnumerable<string> cells) => text.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    // Ids of imports are the sender's: no cell may begin a formula.
    static string Cell(string value)
    {
        if (value.Length > 0 && value[0] is '=' or '+' or '-' or '@' or '\t') value = "'" + value;
        return value.AsSpan().ContainsAny(",\"\r\n") ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
    }

    static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);
}
