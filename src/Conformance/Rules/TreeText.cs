namespace Dicom2Fhir.Conformance.Rules;

/// <summary>The rule tree of a profile as lines, in the order of their paths; equal lines are equal rules.</summary>
static class TreeText
{
    public static IReadOnlyList<string> Of(CompiledProfile profile)
    {
        var lines = new List<string>();
        foreach (var context in profile.Contexts) lines.Add($"{profile.Type} context {context}");
        Write(profile.Root, profile.Type, null, lines);
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    static void Write(ElementNode node, string path, CardinalityRule? cardinality, List<string> lines)
    {
        if ((cardinality ?? node.Cardinality) is { } card) lines.Add($"{path} {card.Describe()}");
        foreach (var rule in node.Rules) lines.Add($"{path} {rule.Describe()}");
        if (node.Order != SliceOrder.Open) lines.Add($"{path} {node.Order.ToString().ToLowerInvariant()}");
        foreach (var child in node.Children) Write(child, $"{path}.{child.Name}", null, lines);
        foreach (var slice in node.Slices)
        {
            lines.Add($"{path}:{slice.Name} {slice.Match.GetType().Name}");
            Write(slice.Content, $"{path}:{slice.Name}", slice.Cardinality, lines);
        }
    }
}
