using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Profiles;

/// <summary>Takes what a published StructureDefinition demands into a statement. The differential is enough; a snapshot is used only where there is no differential.</summary>
static class StructureStatement
{
    public static ProfileStatement Of(StructureDefinition profile, string packageVersion)
    {
        var elements = profile.Differential?.Element is { Count: > 0 } differential ? differential : profile.Snapshot?.Element ?? [];
        var contexts = profile.Context.Select(c => c.Type == StructureDefinition.ExtensionContextType.Element ? c.Expression ?? "" : "").ToArray();
        var isModifier = elements.Any(e => e.Path == profile.Type && e.IsModifier == true);
        return new(profile.Url!, profile.Version ?? packageVersion, profile.Type!, profile.BaseDefinition ?? "",
            contexts.Contains("") ? [] : contexts, isModifier, [.. Ids(elements).Select(Element).Where(Demands)]);
    }

    static ElementStatement Element((ElementDefinition Element, string Id) it) => new(it.Id)
    {
        Minimum = it.Element.Min,
        Maximum = it.Element.Max,
        Types = [.. it.Element.Type.Select(type => new TypeStatement(type.Code ?? "", [.. type.Profile.OfType<string>()], [.. type.TargetProfile.OfType<string>()]))],
        Fixed = it.Element.Fixed,
        Pattern = it.Element.Pattern,
        Binding = it.Element.Binding is { Strength: { } strength, ValueSet: { } valueSet } ? new(Strength(strength), valueSet) : null,
        Slicing = it.Element.Slicing is { } slicing
            ? new([.. slicing.Discriminator.Select(d => new Discriminator(Kind(d.Type), d.Path ?? "$this"))], slicing.Rules == ElementDefinition.SlicingRules.Closed)
            : null,
    };

    static bool Demands(ElementStatement element) =>
        element.Minimum is not null || element.Maximum is not null || element.Types.Count > 0 || element.Fixed is not null || element.Pattern is not null
        || element.Binding is not null || element.Slicing is not null;

    static string Strength(BindingStrength strength) => strength switch
    {
        BindingStrength.Required => "required",
        BindingStrength.Extensible => "extensible",
        BindingStrength.Preferred => "preferred",
        _ => "example",
    };

    static string Kind(ElementDefinition.DiscriminatorType? type) => type switch
    {
        ElementDefinition.DiscriminatorType.Value => "value",
        ElementDefinition.DiscriminatorType.Pattern => "pattern",
        ElementDefinition.DiscriminatorType.Type => "type",
        ElementDefinition.DiscriminatorType.Exists => "exists",
        _ => "profile",
    };

    /// <summary>Element ids; where a profile gives none they follow from path and slice names in document order.</summary>
    static IEnumerable<(ElementDefinition Element, string Id)> Ids(List<ElementDefinition> elements)
    {
        var idsByPath = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var element in elements)
        {
            if (element.Path is not { } path) continue;
            var dot = path.LastIndexOf('.');
            var id = element.ElementId;
            if (string.IsNullOrEmpty(id))
            {
                id = dot < 0 ? path : idsByPath.GetValueOrDefault(path[..dot], path[..dot]) + path[dot..];
                if (element.SliceName is { } slice) id += ":" + slice;
            }
            idsByPath[path] = id;
            yield return (element, id);
        }
    }
}
