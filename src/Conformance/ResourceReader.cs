using System.Text;
using System.Text.Json;
using Dicom2Fhir.Conformance.Base;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Utility;

namespace Dicom2Fhir.Conformance;

/// <summary>Reads FHIR JSON strictly with the SDK and turns everything it refuses into issues. No input ends the process: JSON deeper than 64 levels is refused before a model object is made.</summary>
static class ResourceReader
{
    static readonly BaseFhirJsonDeserializer Strict = new(ModelInfo.ModelInspector, new DeserializerSettings().UsingMode(DeserializationMode.Strict));

    static ReadOnlySpan<byte> ResourceType => "\"resourceType\""u8;

    /// <param name="root">Name for the resource in expressions when the text does not tell its type.</param>
    public static Resource? Read(ReadOnlySpan<byte> json, string root, List<Issue> issues)
    {
        if (json.StartsWith(Encoding.UTF8.Preamble)) json = json[Encoding.UTF8.Preamble.Length..];
        if (QuickReader.Read(json) is { } certain)
        {
            CheckText(json, issues);
            return certain;
        }

        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
            Strict.TryDeserializeResource(ref reader, out var resource, out var found);
            // A resourceType that is missing or unknown gives a dynamic resource, which no rule of R4 fits.
            if (resource is not null && !TypePlan.IsResource(resource.TypeName)) resource = null;
            foreach (var problem in found) issues.Add(Issue(problem, resource?.TypeName ?? root));
            if (reader.Read()) issues.Add(new(Severity.Error, "structure", root, "json-syntax", "There is more text after the resource."));
            CheckText(json, issues);
            return resource;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException or OverflowException or CodedException or DeserializationFailedException)
        {
            issues.Add(new(Severity.Error, "structure", TypeIn(json) ?? root, "json-syntax", $"The text is not JSON that can be read: {FirstSentence(e.Message)}"));
            Locate(json, issues);
            return null;
        }
    }

    /// <summary>The resource type that a text names before it breaks; null when it names none of R4.</summary>
    static string? TypeIn(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("resourceType"u8))
                    return reader.Read() && reader.TokenType == JsonTokenType.String && reader.GetString() is { } type && TypePlan.IsResource(type) ? type : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No type before the break.
        }
        return null;
    }

    // The parser may fail at a shape it did not expect; where the text is JSON at all, its own rules say where.
    static void Locate(ReadOnlySpan<byte> json, List<Issue> issues)
    {
        try
        {
            TextShapes.Check(json, issues);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The issue at the root says it.
        }
    }

    /// <summary>Rules of the text that a parsed resource does not show any more.</summary>
    public static void CheckText(ReadOnlySpan<byte> json, List<Issue> issues)
    {
        if (json.IndexOf("\"_"u8) >= 0 || json.Count(ResourceType) > 1) TextShapes.Check(json, issues);
    }

    static Issue Issue(CodedException problem, string root)
    {
        var path = (problem as ExtendedCodedException)?.InstancePath;
        if (string.IsNullOrEmpty(path)) path = root;
        else if (path.IndexOf("$this", StringComparison.Ordinal) is var start and >= 0) path = root + path[(start + 5)..];
        var text = (problem as ExtendedCodedException)?.BaseErrorMessage ?? problem.Message;
        if (problem.ErrorCode == "JSON129" && text.Split('\'') is [_, var property, ..]) path += "." + ElementOf(property);
        return new(Severity.Error, problem.ErrorCode == "PVAL105" ? "required" : "structure", path, "parser:" + problem.ErrorCode,
            text.Replace("UnnamedResource_", "", StringComparison.Ordinal).Replace("$this", root, StringComparison.Ordinal));
    }

    /// <summary>"medication" of "medicationCodeableConcept": a choice element is named in JSON with its type.</summary>
    static string ElementOf(string property)
    {
        for (var i = 1; i < property.Length; i++)
            if (char.IsUpper(property[i]) && (TypePlan.Mapping(property[i..]) ?? TypePlan.Mapping(char.ToLowerInvariant(property[i]) + property[(i + 1)..])) is not null)
                return property[..i];
        return property;
    }

    static string FirstSentence(string text) => text.IndexOf(". ", StringComparison.Ordinal) is var end and > 0 ? text[..(end + 1)] : text;
}
