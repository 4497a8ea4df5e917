using System.Text.Json.Nodes;

namespace Dicom2Fhir.UnitTests.Conformance.Mutation;

/// <summary>The published StructureDefinitions beside the checkout, read as plain JSON; nothing of the engine takes part.</summary>
sealed class Definitions
{
    readonly Dictionary<string, Definition> byUrl = new(StringComparer.Ordinal);

    public Definitions()
    {
        foreach (var folder in (string[])["hl7-r4/structuredefinitions", "dependencies", "bildgebung-2026.0.0-snapshots"])
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Shared!, "mii", folder), "StructureDefinition-*.json"))
                if (JsonNode.Parse(File.ReadAllBytes(file))!.AsObject() is var json && json["snapshot"] is not null)
                    byUrl[Text(json, "url")!] = new(json);
    }

    public IEnumerable<Definition> All => byUrl.Values;

    public Definition? Find(string canonical) => byUrl.GetValueOrDefault(canonical.Split('|')[0]);

    public Definition? OfType(string type) => Find("http://hl7.org/fhir/StructureDefinition/" + type);

    public bool IsPrimitive(string type) => OfType(type)?.IsPrimitive ?? type.Contains(':', StringComparison.Ordinal);

    /// <summary>What is stated of the children of an element: in its profile, in the profiles of its type, or in its type.</summary>
    public IEnumerable<ElementDef> Children(ElementDef element)
    {
        var own = element.Owner.ChildrenOf(element.Id);
        if (own.Length > 0) return own;
        if (element.ContentReference is { } reference) return element.Owner.ChildrenOf(reference);
        return element.Types.SelectMany(type => type.Profiles.Select(Find).OfType<Definition>() is var profiles && profiles.Any() ? profiles : Known(OfType(type.Code)))
            .Where(definition => !definition.IsPrimitive).SelectMany(definition => definition.ChildrenOf(definition.Root.Id));
    }

    static IEnumerable<Definition> Known(Definition? one) => one is null ? [] : [one];

    public static string? Text(JsonNode? node, string name) => (node as JsonObject)?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}

sealed class Definition
{
    readonly Dictionary<string, ElementDef> elements = new(StringComparer.Ordinal);
    readonly ILookup<string, ElementDef> children;

    public Definition(JsonObject json)
    {
        Url = Definitions.Text(json, "url")!;
        Type = Definitions.Text(json, "type")!;
        IsPrimitive = Definitions.Text(json, "kind") == "primitive-type";
        IsResource = Definitions.Text(json, "kind") == "resource";
        IsProfile = Definitions.Text(json, "derivation") == "constraint";
        Contexts = [.. (json["context"] as JsonArray ?? []).Select(c => (Definitions.Text(c, "type") ?? "", Definitions.Text(c, "expression") ?? ""))];
        foreach (var element in json["snapshot"]!["element"]!.AsArray().OfType<JsonObject>()) elements[Definitions.Text(element, "id")!] = new(this, element);
        children = elements.Values.Where(e => e.ParentId.Length > 0).ToLookup(e => e.ParentId, StringComparer.Ordinal);
        Root = elements[Type];
    }

    public string Url { get; }

    public string Type { get; }

    public bool IsPrimitive { get; }

    public bool IsResource { get; }

    public bool IsProfile { get; }

    public (string Type, string Expression)[] Contexts { get; }

    public ElementDef Root { get; }

    public IEnumerable<ElementDef> Elements => elements.Values;

    public ElementDef[] ChildrenOf(string id) => [.. children[id]];

    public ElementDef? Element(string id) => elements.GetValueOrDefault(id);
}

/// <summary>One element of a snapshot.</summary>
sealed class ElementDef
{
    public ElementDef(Definition owner, JsonObject json)
    {
        Owner = owner;
        Id = Definitions.Text(json, "id")!;
        Path = Definitions.Text(json, "path")!;
        Min = json["min"]?.GetValue<int>() ?? 0;
        Max = Definitions.Text(json, "max") ?? "*";
        IsList = Definitions.Text(json["base"], "max") is not ("0" or "1");
        ContentReference = Definitions.Text(json, "contentReference")?.TrimStart('#');
        Types = [.. (json["type"] as JsonArray ?? []).Select(t => new TypeDef(Definitions.Text(t, "code")!, Strings(t!["profile"]), Strings(t["targetProfile"])))];
        Value = json.Where(p => p.Key.StartsWith("fixed", StringComparison.Ordinal) || p.Key.StartsWith("pattern", StringComparison.Ordinal)).Select(p => p.Value).FirstOrDefault();
        Binding = json["binding"] is { } binding && Definitions.Text(binding, "strength") == "required" ? Definitions.Text(binding, "valueSet")?.Split('|')[0] : null;
        Constraints = [.. (json["constraint"] as JsonArray ?? []).Where(c => Definitions.Text(c, "severity") == "error").Select(c => (Definitions.Text(c, "key")!, Definitions.Text(c, "expression") ?? "true"))];
        Regex = (json["type"] as JsonArray ?? []).SelectMany(t => t!["extension"] as JsonArray ?? []).Where(e => Definitions.Text(e, "url")!.EndsWith("/regex", StringComparison.Ordinal))
            .Select(e => Definitions.Text(e, "valueString")).FirstOrDefault();
    }

    public Definition Owner { get; }

    public string Id { get; }

    public string Path { get; }

    public int Min { get; }

    public string Max { get; }

    /// <summary>An array in JSON: the element may repeat in R4.</summary>
    public bool IsList { get; }

    public string? ContentReference { get; }

    public TypeDef[] Types { get; }

    public JsonNode? Value { get; }

    /// <summary>Canonical of a required value set.</summary>
    public string? Binding { get; }

    /// <summary>Invariants of severity error.</summary>
    public (string Key, string Expression)[] Constraints { get; }

    /// <summary>Regular expression of a primitive's value.</summary>
    public string? Regex { get; }

    public string Name => Path[(Path.LastIndexOf('.') + 1)..].Replace("[x]", "", StringComparison.Ordinal);

    public bool IsChoice => Path.EndsWith("[x]", StringComparison.Ordinal);

    public string LastSegment => Id[(Id.LastIndexOf('.') + 1)..];

    public string? Slice => LastSegment.Split(':') is [_, var slice] ? slice : null;

    public string ParentId => Id.LastIndexOf('.') is var dot and >= 0 ? Id[..dot] : "";

    public bool IsIn(string type) => Types.Any(t => t.Code == type);

    static string[] Strings(JsonNode? node) => [.. (node as JsonArray ?? []).Select(n => n!.GetValue<string>())];
}

sealed record TypeDef(string Code, string[] Profiles, string[] Targets);
