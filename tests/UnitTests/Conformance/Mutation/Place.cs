using System.Text.Json.Nodes;

namespace Dicom2Fhir.UnitTests.Conformance.Mutation;

/// <summary>A step in a JSON document: a property name, or an index.</summary>
readonly record struct Step(string? Name, int Index);

/// <summary>An object of a document with what the definitions say of it.</summary>
/// <param name="Steps">The way to it from the root.</param>
/// <param name="Path">FHIRPath without indices, choices by their element name.</param>
/// <param name="Paths">Definition paths that name it: of the resource, and of its type.</param>
/// <param name="IsTelling">It is in a slice because of its content, so that another content puts it out of the slice.</param>
sealed record Place(Step[] Steps, string Path, string[] Paths, JsonObject Node, ElementDef[] Defs, bool IsTelling = false)
{
    public JsonObject In(JsonNode root)
    {
        foreach (var step in Steps) root = step.Name is { } name ? root[name]! : root[step.Index]!;
        return root.AsObject();
    }
}

/// <summary>Walks a document along the definitions.</summary>
sealed class Walk(Definitions definitions)
{
    public IEnumerable<Place> Places(JsonObject resource, Definition profile) => Visit(new([], profile.Type, [profile.Type], resource, [profile.Root]));

    /// <summary>The definitions of the children of a place, by element name.</summary>
    public ILookup<string, ElementDef> Children(Place place) => place.Defs.SelectMany(definitions.Children).Distinct().ToLookup(e => e.Name, StringComparer.Ordinal);

    /// <summary>The JSON properties that hold an element, with the type a choice has.</summary>
    public IEnumerable<(string Property, string Type)> Properties(JsonObject node, ElementDef element)
    {
        foreach (var (name, _) in node)
        {
            if (!element.IsChoice && name == element.Name) yield return (name, element.Types.FirstOrDefault()?.Code ?? "BackboneElement");
            if (element.IsChoice && TypeIn(name, element.Name) is { } type) yield return (name, type);
        }
    }

    public string? TypeIn(string property, string element)
    {
        if (!property.StartsWith(element, StringComparison.Ordinal) || property.Length == element.Length || !char.IsUpper(property[element.Length])) return null;
        var type = property[element.Length..];
        return definitions.OfType(type) is not null ? type : char.ToLowerInvariant(type[0]) + type[1..] is var lower && definitions.OfType(lower) is not null ? lower : null;
    }

    IEnumerable<Place> Visit(Place place)
    {
        yield return place;
        foreach (var element in Children(place))
            foreach (var child in element.Where(e => e.Slice is null).Take(1).SelectMany(e => Properties(place.Node, e)).SelectMany(p => Items(place, [.. element], p.Property, p.Type)))
                foreach (var below in Visit(child)) yield return below;
    }

    IEnumerable<Place> Items(Place place, ElementDef[] element, string property, string type)
    {
        var (value, path) = (place.Node[property], $"{place.Path}.{element[0].Name}");
        if (element[0].Types is [{ Code: "Resource" }]) yield break;
        string[] paths = [.. place.Paths.Select(p => $"{p}.{element[0].Name}"), type];
        if (value is JsonObject single) yield return At([new(property, 0)], single);
        if (value is not JsonArray list) yield break;
        for (var i = 0; i < list.Count; i++)
            if (list[i] is JsonObject item) yield return At([new(property, 0), new(null, i)], item);

        Place At(Step[] steps, JsonObject node)
        {
            var fitting = Fitting(element, node, type);
            var isTelling = place.IsTelling || fitting.Any(d => d.Slice is not null && !d.IsChoice && d.Name is not ("extension" or "modifierExtension"));
            return new([.. place.Steps, .. steps], path, paths, node, fitting, isTelling);
        }
    }

    ElementDef[] Fitting(ElementDef[] element, JsonObject item, string type)
    {
        ElementDef[] fitting = [.. element.Where(e => e.Slice is null || IsInSlice(e, item, type))];
        // A type profile (of an extension) says more than the plain element beside it.
        return [.. fitting.Select(e => e.IsChoice && e.Slice is null ? Narrowed(e, type) : e)];
    }

    // Children of a choice are those of the type it has.
    ElementDef Narrowed(ElementDef choice, string type) =>
        choice.Owner.ChildrenOf(choice.Id).Length > 0 || definitions.OfType(type) is not { IsPrimitive: false } definition || choice.Types.Any(t => t.Code == type && t.Profiles.Length > 0) ? choice : definition.Root;

    public static bool IsInSlice(ElementDef slice, JsonNode item, string type)
    {
        if (slice.Name is "extension" or "modifierExtension") return UrlOf(slice) is { } url && Definitions.Text(item, "url") == url;
        if (slice.IsChoice) return slice.IsIn(type);
        return Pattern(slice) is { } pattern && Contains(item, pattern);
    }

    /// <summary>The URL of the extensions in a slice.</summary>
    public static string? UrlOf(ElementDef slice) =>
        slice.Types.SelectMany(t => t.Profiles).FirstOrDefault() ?? (slice.Owner.Element(slice.Id + ".url")?.Value as JsonValue)?.GetValue<string>();

    static JsonNode? Pattern(ElementDef slice)
    {
        if (slice.Value is not null) return slice.Value;
        var values = slice.Owner.ChildrenOf(slice.Id).Where(c => c.Value is not null).ToList();
        return values.Count == 0 ? null : new JsonObject(values.Select(c => KeyValuePair.Create(c.Name, c.Value!.DeepClone())).ToArray()!);
    }

    static bool Contains(JsonNode? item, JsonNode pattern) => pattern switch
    {
        JsonObject wanted => item is JsonObject given && wanted.All(p => given[p.Key] is { } value && Contains(value, p.Value!)),
        JsonArray wanted => item is JsonArray given && wanted.All(p => given.Any(g => Contains(g, p!))),
        _ => JsonNode.DeepEquals(item, pattern),
    };
}
