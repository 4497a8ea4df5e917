using System.Text.Json;
using Dicom2Fhir.Conformance.Terminology;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.Conformance.Profiles;

/// <summary>Reads the definitions of a package into statements. A file that cannot be used is a problem in the result and the rest is loaded.</summary>
public static class PackageReader
{
    static readonly BaseFhirJsonDeserializer Lenient = new(ModelInfo.ModelInspector, new DeserializerSettings().UsingMode(DeserializationMode.Ostrich));

    public static ProfilePackage Read(string path, PackageLimits? limits = null) => Read(PackageContent.Open(path, limits));

    public static ProfilePackage Read(PackageContent content)
    {
        var problems = new List<string>(content.Problems);
        var resources = content.Files.Select(file => Parse(file, problems)).OfType<Resource>().ToList();
        var profiles = resources.OfType<StructureDefinition>().ToList();
        var version = content.Version.Length > 0 ? content.Version : profiles.FirstOrDefault()?.Version ?? "";
        var statements = new List<ProfileStatement>();
        foreach (var profile in profiles)
        {
            if (profile.Derivation != StructureDefinition.TypeDerivationRule.Constraint) continue;
            if (StructureStatement.Of(profile, version, problems) is { } statement) statements.Add(statement);
        }

        ValueSet[] valueSets = [.. resources.OfType<ValueSet>().Where(set => set.Url is not null)];
        CodeSystem[] codeSystems = [.. resources.OfType<CodeSystem>().Where(system => system.Url is not null)];
        return new(content.Name, version, content.Sha256, statements, ValueSetTables.Of(valueSets, codeSystems), problems);
    }

    /// <summary>The ValueSets of a folder, for terminology on top of the engine's.</summary>
    public static IReadOnlyList<CodeTable> ReadValueSets(string folder) => Read(folder).ValueSets;

    static Resource? Parse(PackageFile file, List<string> problems)
    {
        try
        {
            var json = file.Json.Span;
            if (json.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) json = json[3..];
            var reader = new Utf8JsonReader(json);
            Lenient.TryDeserializeResource(ref reader, out var resource, out _);
            if (resource is null) problems.Add($"{file.Name} is no FHIR resource and is left out.");
            return resource;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException or OverflowException or DeserializationFailedException)
        {
            problems.Add($"{file.Name} is no FHIR JSON and is left out.");
            return null;
        }
    }
}
