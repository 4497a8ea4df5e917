using System.Text.Json.Nodes;

namespace Dicom2Fhir.UnitTests.Conformance.Mutation;

/// <summary>Which published value sets can be listed from the files beside the checkout.</summary>
sealed class Codes
{
    readonly HashSet<string> listed = new(StringComparer.Ordinal);
    readonly HashSet<string> systems = new(StringComparer.Ordinal);

    public Codes()
    {
        var files = ((string[])["mii/hl7-r4/terminology", "mii/bildgebung-2026.0.0", "validation/terminology"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Shared!, folder), "*.json")).Select(file => JsonNode.Parse(File.ReadAllBytes(file))!).ToList();
        foreach (var system in files.Where(f => Definitions.Text(f, "resourceType") == "CodeSystem" && Definitions.Text(f, "content") == "complete")) systems.Add(Definitions.Text(system, "url")!);
        foreach (var set in files.Where(f => Definitions.Text(f, "resourceType") == "ValueSet" && IsListed(f["compose"]?["include"] as JsonArray))) listed.Add(Definitions.Text(set, "url")!);
        // The file of body sites lists some of the concepts below one of SNOMED CT; it cannot tell absence.
        listed.Remove("http://hl7.org/fhir/ValueSet/body-site");
    }

    public bool AreListed(string valueSet) => listed.Contains(valueSet);

    bool IsListed(JsonArray? includes) => includes?.All(include =>
        include!["filter"] is null && include["valueSet"] is null && (include["concept"] is not null || (Definitions.Text(include, "system") is { } system && systems.Contains(system)))) ?? false;
}
