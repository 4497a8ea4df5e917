using System.Text.Json.Nodes;

namespace Dicom2Fhir.UnitTests.Conformance.Mutation;

/// <summary>Changes one thing of a valid document, and reads off the definitions whether that breaks a rule.</summary>
sealed class Mutations(Definitions definitions, Codes codes, IReadOnlyDictionary<string, JsonNode> extensions)
{
    static readonly string[] Resources =
        ["Patient", "Group", "Device", "Practitioner", "PractitionerRole", "Organization", "Encounter", "Observation", "Medication", "Location", "Procedure", "Endpoint", "Specimen", "ServiceRequest", "CarePlan", "Task", "Condition", "ImagingStudy"];

    readonly Walk walk = new(definitions);
    readonly PrimitiveSamples primitives = new(definitions);
    readonly SampleValues samples = new(definitions);

    /// <summary>Every mutant that has not been made before.</summary>
    public IEnumerable<Mutant> Of(JsonObject resource, Definition profile, HashSet<string> made)
    {
        foreach (var place in walk.Places(resource, profile))
            foreach (var (what, focus, change) in Changes(place))
            {
                if (!made.Add($"{profile.Url} {place.Path} {what}")) continue;
                var copy = resource.DeepClone().AsObject();
                change(place.In(copy));
                yield return new($"{place.Path}: {what}", copy.ToJsonString(), focus);
            }
    }

    IEnumerable<(string What, string? Focus, Action<JsonObject> Change)> Changes(Place place)
    {
        yield return ("unknown property", place.Path, node => node["zzz"] = 1);
        yield return ("unknown underscore property", place.Path, node => node["_zzz"] = new JsonObject { ["id"] = "x" });
        foreach (var placed in Contexts(place)) yield return placed;
        var children = walk.Children(place);
        if (children.Contains("modifierExtension") && place.Defs.All(d => d.Owner.Type != "Extension"))
            yield return ("unknown modifier", place.Path + ".modifierExtension", node => node["modifierExtension"] = new JsonArray(new JsonObject { ["url"] = "http://example.org/m", ["valueBoolean"] = true }));
        foreach (var element in children)
            foreach (var change in Element(place, [.. element])) yield return (change.What + " " + element.Key, change.Focus, change.Change);
    }

    IEnumerable<(string What, string? Focus, Action<JsonObject> Change)> Element(Place place, ElementDef[] defs)
    {
        ElementDef[] plain = [.. defs.Where(d => d.Slice is null)];
        var path = $"{place.Path}.{plain[0].Name}";
        var present = walk.Properties(place.Node, plain[0]).ToList();
        foreach (var absent in plain.Where(d => d.Max == "0" && present.Count == 0 && !IsResourceList(d)))
            if (samples.Of(absent) is { } sample) yield return ("added", place.Path, node => node[sample.Property] = sample.Value.DeepClone());
        foreach (var (property, type) in present)
        {
            foreach (var change in Shape(plain[0], property)) yield return (change.What, path, change.Change);
            if (plain.Any(d => d.Min > 0) && !place.IsTelling) yield return ("removed", IsExtension(place) ? place.Path : path, node => Remove(node, property));
            if (plain.FirstOrDefault(d => d.IsList && d.Max != "*") is { } bounded)
                yield return ("repeated", path, node => Repeat(node[property]!.AsArray(), node[property]!.AsArray()[0]!, int.Parse(bounded.Max) + 1));
            foreach (var change in Slices(place, defs, property, type)) yield return (change.What, path, change.Change);
            foreach (var change in Types(plain, property)) yield return (change.What, path, change.Change);
            foreach (var change in Values(place, plain, property)) yield return (change.What, path, change.Change);
            foreach (var change in References(plain, property, type)) yield return (change.What, change.IsRight ? null : path, change.Change);
            foreach (var change in Primitives(place, plain, property, type)) yield return (change.What, change.IsRight ? null : path, change.Change);
        }
    }

    /// <summary>Shapes of JSON that R4 knows for no element (2.6.2).</summary>
    static IEnumerable<(string What, Action<JsonObject> Change)> Shape(ElementDef element, string property)
    {
        yield return ("null", node => node[property] = null);
        yield return ("empty list", node => node[property] = new JsonArray());
        yield return ("empty object", node => node[property] = element.IsList ? new JsonArray(new JsonObject()) : new JsonObject());
        if (!element.IsChoice) yield return ("number", node => node[property] = element.IsList ? new JsonArray(JsonValue.Create(-1.5)) : element.IsIn("decimal") ? "x" : -1.5m);
        if (element.IsList) yield return ("single", node => node[property] = node[property]!.AsArray()[0]!.DeepClone());
        else yield return ("in a list", node => node[property] = new JsonArray(node[property]!.DeepClone()));
        if (element.IsList) yield return ("list in a list", node => node[property] = new JsonArray(node[property]!.DeepClone()));
        if (element.IsList) yield return ("null in the list", node => node[property]!.AsArray().Add((JsonNode?)null));
        yield return ("underscore text", node => node["_" + property] = "x");
        yield return ("underscore of another shape", node => node["_" + property] = element.IsList ? new JsonObject { ["id"] = "x" } : new JsonArray(new JsonObject { ["id"] = "x" }));
    }

    static IEnumerable<(string What, Action<JsonObject> Change)> Slices(Place place, ElementDef[] defs, string property, string type)
    {
        foreach (var slice in defs.Where(d => d.Slice is not null && !d.IsChoice))
        {
            if (place.Node[property] is not JsonArray list || !list.Any(item => item is not null && Walk.IsInSlice(slice, item, type))) continue;
            if (slice.Min > 0)
                yield return ($"removed :{slice.Slice}", node => RemoveWhere(node, property, item => Walk.IsInSlice(slice, item, type)));
            if (slice.Max != "*")
                yield return ($"repeated :{slice.Slice}", node => RepeatFirst(node, property, item => Walk.IsInSlice(slice, item, type), int.Parse(slice.Max) + 1));
        }
    }

    static IEnumerable<(string What, Action<JsonObject> Change)> Types(ElementDef[] plain, string property)
    {
        if (!plain[0].IsChoice) yield break;
        foreach (var type in SampleValues.ChoiceTypes.Where(type => plain.Any(d => !d.IsIn(type))))
            if (SampleValues.Of(type) is { } value)
                yield return ("type " + type, node => Replace(node, property, plain[0].Name + char.ToUpperInvariant(type[0]) + type[1..], value.DeepClone()));
    }

    IEnumerable<(string What, Action<JsonObject> Change)> Values(Place place, ElementDef[] plain, string property)
    {
        if (place.IsTelling || (IsExtension(place) && property == "url")) yield break;
        foreach (var element in plain)
        {
            if (element.Value is JsonValue) yield return ("other value", node => node[property] = Changed(node[property]!));
            else if (element.Value is { } pattern)
                foreach (var (what, wrong) in Leaves(pattern)) yield return ("other " + what, node => node[property] = wrong.DeepClone());
            if (element.Binding is not { } valueSet || !codes.AreListed(valueSet)) continue;
            yield return ("code outside", node => SetCode(node, property, "zzz"));
            if (!element.IsIn("code")) yield return ("code of no system", node => SetSystem(node, property, null));
            if (!element.IsIn("code")) yield return ("code of another system", node => SetSystem(node, property, "http://example.org/cs"));
        }
    }

    IEnumerable<(string What, bool IsRight, Action<JsonObject> Change)> References(ElementDef[] plain, string property, string type)
    {
        if (type != "Reference") yield break;
        var allowed = plain.Select(d => d.Types.Where(t => t.Code == "Reference").SelectMany(t => t.Targets).Select(TargetType).ToList()).Where(t => t.Count > 0 && !t.Contains("Resource")).ToList();
        foreach (var target in Resources)
        {
            var isRight = allowed.All(list => list.Contains(target));
            yield return ("reference to " + target, isRight, node => SetReference(node, property, new JsonObject { ["reference"] = target + "/1" }));
            yield return ("absolute reference to " + target, isRight, node => SetReference(node, property, new JsonObject { ["reference"] = $"https://example.org/fhir/{target}/1/_history/2" }));
            yield return ("logical reference to " + target, isRight, node => SetReference(node, property, new JsonObject { ["type"] = target, ["identifier"] = new JsonObject { ["value"] = "1" } }));
        }
    }

    string TargetType(string canonical) => definitions.Find(canonical)?.Type ?? (canonical.StartsWith("http://hl7.org/fhir/StructureDefinition/", StringComparison.Ordinal) ? canonical[(canonical.LastIndexOf('/') + 1)..] : "Resource");

    IEnumerable<(string What, bool IsRight, Action<JsonObject> Change)> Primitives(Place place, ElementDef[] plain, string property, string type)
    {
        if (type.EndsWith("System.String", StringComparison.Ordinal)) type = plain[0].Name == "url" ? "uri" : plain[0].Owner.Type is "Element" or "Extension" ? "string" : "id";
        var isFree = plain.All(d => d.Value is null && d.Binding is null) && !place.IsTelling
            && plain[0].Name is not ("url" or "reference" or "type" or "profile" or "start" or "end" or "system" or "code" or "unit" or "id" or "versionId" or "div");
        foreach (var (value, fits) in primitives.Of(type))
        {
            if (fits && !isFree) continue;
            yield return ($"{type} {Show(value)}", fits, node => node[property] = plain[0].IsList ? new JsonArray(value.DeepClone()) : value.DeepClone());
        }
    }

    /// <summary>Extensions set beside what is there: right where one of their contexts names the place.</summary>
    IEnumerable<(string What, string? Focus, Action<JsonObject> Change)> Contexts(Place place)
    {
        if (IsExtension(place)) yield break;
        foreach (var (url, sample) in extensions)
        {
            if (place.Node["extension"] is JsonArray list && list.Any(e => Definitions.Text(e, "url") == url)) continue;
            var fits = definitions.Find(url)!.Contexts.Any(c => c.Expression == "Element" || place.Paths.Contains(c.Expression));
            yield return ("extension " + url, fits ? null : place.Path + ".extension", node =>
            {
                if (node["extension"] is JsonArray there) there.Add(sample.DeepClone());
                else node["extension"] = new JsonArray(sample.DeepClone());
            });
        }
    }

    static bool IsExtension(Place place) => place.Defs.Any(d => d.IsIn("Extension") || d.Id == "Extension");

    static bool IsResourceList(ElementDef element) => element.IsIn("Resource");

    static string Show(JsonNode value) => value.ToJsonString() is { Length: > 70 } text ? text[..70] : value.ToJsonString();

    static void Remove(JsonObject node, string property)
    {
        node.Remove(property);
        node.Remove("_" + property);
    }

    static void Replace(JsonObject node, string property, string other, JsonNode value)
    {
        Remove(node, property);
        node[other] = value;
    }

    static void Repeat(JsonArray list, JsonNode item, int count)
    {
        while (list.Count < count) list.Add(item.DeepClone());
    }

    static void RemoveWhere(JsonObject node, string property, Func<JsonNode, bool> isIt)
    {
        var list = node[property]!.AsArray();
        foreach (var item in list.Where(item => isIt(item!)).ToList()) list.Remove(item);
        if (list.Count == 0) node.Remove(property);
    }

    static void RepeatFirst(JsonObject node, string property, Func<JsonNode, bool> isIt, int count)
    {
        var list = node[property]!.AsArray();
        var first = list.First(item => isIt(item!))!;
        for (var have = list.Count(item => isIt(item!)); have < count; have++) list.Add(first.DeepClone());
    }

    static JsonNode Changed(JsonNode value) => value.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.True => JsonValue.Create(false),
        System.Text.Json.JsonValueKind.False => JsonValue.Create(true),
        System.Text.Json.JsonValueKind.Number => value.GetValue<decimal>() + 1,
        _ => value.GetValue<string>() + "x",
    };

    static IEnumerable<(string What, JsonNode Wrong)> Leaves(JsonNode pattern)
    {
        var text = pattern.ToJsonString();
        foreach (var leaf in Texts(pattern).Distinct())
            yield return (leaf, JsonNode.Parse(text.Replace($"\"{leaf}\"", $"\"{leaf}x\"", StringComparison.Ordinal))!);
    }

    static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject it => it.SelectMany(p => Texts(p.Value)),
        JsonArray it => it.SelectMany(Texts),
        JsonValue it when it.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    static void SetCode(JsonObject node, string property, string code)
    {
        foreach (var coded in Coded(node[property]!))
            if (coded is JsonObject coding) coding["code"] = code;
        if (node[property] is JsonValue) node[property] = code;
    }

    static void SetSystem(JsonObject node, string property, string? system)
    {
        foreach (var coding in Coded(node[property]!).OfType<JsonObject>()) coding["system"] = system;
        if (system is null)
            foreach (var coding in Coded(node[property]!).OfType<JsonObject>()) coding.Remove("system");
    }

    static IEnumerable<JsonNode?> Coded(JsonNode value) => value switch
    {
        JsonArray list => list.SelectMany(item => Coded(item!)),
        JsonObject concept when concept["coding"] is JsonArray codings => codings,
        _ => [value],
    };

    static void SetReference(JsonObject node, string property, JsonObject reference) =>
        node[property] = node[property] is JsonArray ? new JsonArray(reference) : reference;
}
