using System.Text;
using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Utility;

namespace Dicom2Fhir.Conformance;

/// <summary>Reads FHIR JSON strictly with the SDK and turns everything it refuses into issues. No input ends the process: JSON deeper than 64 levels is refused before a model object is made.</summary>
static class ResourceReader
{
    static readonly BaseFhirJsonDeserializer Strict = new(ModelInfo.ModelInspector, new DeserializerSettings().UsingMode(DeserializationMode.Strict));

    /// <param name="root">Name for the resource in expressions when the text does not tell its type.</param>
    public static Resource? Read(ReadOnlySpan<byte> json, string root, List<Issue> issues)
    {
        if (json.StartsWith(Encoding.UTF8.Preamble)) json = json[Encoding.UTF8.Preamble.Length..];
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
            Strict.TryDeserializeResource(ref reader, out var resource, out var found);
            foreach (var problem in found) issues.Add(Issue(problem, resource?.TypeName ?? root));
            if (reader.Read()) issues.Add(new(Severity.Error, "structure", root, "json-syntax", "There is more text after the resource."));
            if (json.IndexOf("\"_"u8) >= 0) PrimitiveShapes.Check(json, issues);
            return resource;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException or OverflowException or DeserializationFailedException)
        {
            issues.Add(new(Severity.Error, "structure", root, "json-syntax", $"The text is not JSON that can be read: {FirstSentence(e.Message)}"));
            return null;
        }
    }

    static Issue Issue(CodedException problem, string root)
    {
        var path = (problem as ExtendedCodedException)?.InstancePath;
        if (string.IsNullOrEmpty(path)) path = root;
        else if (path.StartsWith("$this", StringComparison.Ordinal)) path = root + path[5..];
        var text = (problem as ExtendedCodedException)?.BaseErrorMessage ?? problem.Message;
        return new(Severity.Error, problem.ErrorCode == "PVAL105" ? "required" : "structure", path, "parser:" + problem.ErrorCode,
            text.Replace("$this", root, StringComparison.Ordinal));
    }

    static string FirstSentence(string text) => text.IndexOf(". ", StringComparison.Ordinal) is var end and > 0 ? text[..(end + 1)] : text;
}
