using System.Globalization;
using Dicom2Fhir.Conformance.Base;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Profiles;

/// <summary>Takes what a published StructureDefinition demands into a statement. The differential is enough; a snapshot is used only where there is no differential.</summary>
static class StructureStatement
{
    // A path of R4 has some ten parts; a deeper one would only cost the stack.
    const int DeepestPath = 40;

    // The largest profiles of the field have some 400 elements.
    const int MostElements = 20_000;

    /// <summary>Null when nothing of it can be used; <paramref name="problems"/> then says why, also for single elements that are left out.</summary>
    public static ProfileStatement? Of(StructureDefinition profile, string packageVersion, List<string> problems)
    {
        if (string.IsNullOrEmpty(profile.Url) || string.IsNullOrEmpty(profile.Type))
        {
            problems.Add($"StructureDefinition {profile.Id} has no url or no type and is left out.");
            return null;
        }

        if (TypePlan.Mapping(profile.Type) is null)
        {
            problems.Add($"{profile.Url} is for {profile.Type}, which is no type of R4, and is left out.");
            return null;
        }

        var elements = profile.Differential?.Element is { Count: > 0 } differential ? differential : profile.Snapshot?.Element ?? [];
        var contexts = profile.Context.Select(c => c.Type == StructureDefinition.ExtensionContextType.Element ? c.Expression ?? "" : "").ToArray();
        var isModifier = elements.Any(e => e.Path == profile.Type && e.IsModifier == true);
        var statements = Ids(elements.Take(MostElements)).Where(it => IsUsable(it.Element, it.Id, profile, problems)).Select(Element).Where(Demands).ToList();
        if (elements.Count > MostElements) problems.Add($"{profile.Url} has more than {MostElements} elements; the rest is left out.");
        return new(profile.Url, profile.Version ?? packageVersion, profile.Type, profile.BaseDefinition ?? "", contexts.Contains("") ? [] : contexts, isModifier, statements);
    }

    static bool IsUsable(ElementDefinition element, string id, StructureDefinition profile, List<string> problems)
    {
        var fault = element.Path!.Split('.')[0] != profile.Type ? $"does not belong to {profile.Type}"
            : id.Count('.') > DeepestPath ? "is nested too deeply"
            : element.Max is { } max && max != "*" && !int.TryParse(max, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? "has a maximum that is no number"
            : element.Min < 0 ? "has a negative minimum"
            : null;
        if (fault is not null) problems.Add($"{profile.Url}: the element {(id.Length > 200 ? id[..200] : id)} {fault} and is left out.");
        return fault is null;
    }

    static ElementStatement Element((ElementDefinition Element, string Id) it) => new(it.Id)
    {
        Minimum = it.Element.Min,
        Maximum = it.Element.Max,
        Types = [.. it.Element.Type.Select(type => new TypeStatement(type.Code ?? "", [.. type.Profile.OfType<string>().Where(p => p.Length > 0)], [.. type.TargetProfile.OfType<string>().Where(p => p.Length > 0)]))],
        Fixed = it.Element.Fixed,
        Pattern = it.Element.Pattern,
        Binding = it.Element.Binding is { Strength: { } strength, ValueSet: { } valueSet } ? new(Strength(strength), valueSet) : null,
        Slicing = it.Element.Slicing is { } slicing
            ? new([.. slicing.Discriminator.Select(d => new Discriminator(Kind(d.Type), d.Path ?? "$this"))], slicing.Rules == ElementDefinition.SlicingRules.Closed,
                slicing.Ordered == true, slicing.Rules == ElementDefinition.SlicingRules.OpenAtEnd)
            : null,
        MaxLength = it.Element.MaxLength,
        MinimumValue = it.Element.MinValue,
        MaximumValue = it.Element.MaxValue,
        Constraints = [.. it.Element.Constraint.Where(IsOwn).Select(c => new ConstraintStatement(c.Key!, c.Severity != ConstraintSeverity.Warning, c.Human ?? c.Key!, c.Expression!))],
    };

    // Those that a snapshot repeats from the types of R4 are code here.
    static bool IsOwn(ElementDefinition.ConstraintComponent constraint) =>
        constraint is { Key.Length: > 0, Expression.Length: > 0 } && !(constraint.Source is { } source && Canonical.CoreName(source) is { } core && TypePlan.Mapping(core) is not null)
        && constraint.Key is not ("ele-1" or "ext-1" or "dom-2" or "dom-3" or "dom-4" or "dom-5" or "dom-6");

    static bool Demands(ElementStatement element) =>
        element.Minimum is not null || element.Maximum is not null || element.Types.Count > 0 || element.Fixed is not null || element.Pattern is not null
        || element.Binding is not null || element.Slicing is not null || element.MaxLength is not null || element.MinimumValue is not null || element.MaximumValue is not null
        || element.Constraints.Count > 0;

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
    static IEnumerable<(ElementDefinition Element, string Id)> Ids(IEnumerable<ElementDefinition> elements)
    {
        var idsByPath = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var element in elements)
        {
            if (string.IsNullOrEmpty(element.Path)) continue;
            var path = element.Path;
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
