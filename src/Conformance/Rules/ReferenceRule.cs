using Dicom2Fhir.Conformance.Base;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Rules;

/// <summary>What a reference may point to: resource types, or profiles that a contained target has to satisfy. Targets elsewhere are judged by type alone.</summary>
/// <param name="targets">Canonicals with the resource type they are of; type null = a profile that is not loaded.</param>
sealed class ReferenceRule(RuleOrigin origin, ReferenceTarget[] targets) : Rule(origin)
{
    readonly bool isOpen = targets.Any(target => target.Type is null or "Resource");

    public override void Check(Hl7.Fhir.Model.Base value, Run run)
    {
        if (value is not ResourceReference reference || isOpen) return;
        if (LocalReference.TargetType(reference, run) is not { } type) return;
        if (!targets.Any(target => target.Type == type))
            run.Error("value", "reference-target", $"The profile allows references to {string.Join(", ", targets.Select(t => t.Type).Distinct())} here, not to {type}.", Origin);
        else if (LocalReference.Contained(reference, run) is { } contained && !Satisfies(contained, run))
            run.Error("structure", "reference-target", $"The contained {type} does not satisfy {string.Join(" or ", targets.Where(t => t.Type == type).Select(t => t.Canonical))}.", Origin);
    }

    public override string Describe() => $"reference {string.Join(' ', targets.Select(target => target.Canonical).Order(StringComparer.Ordinal))}";

    bool Satisfies(Resource contained, Run run)
    {
        foreach (var target in targets)
        {
            if (target.Type != contained.TypeName) continue;
            if (target.Profile?.Value is not { } profile || run.Conforms(contained, profile)) return true;
        }
        return false;
    }
}

/// <param name="Profile">The compiled profile; null for a resource type of R4.</param>
sealed record ReferenceTarget(string Canonical, string? Type, Lazy<CompiledProfile?>? Profile);
