using System.Collections;
using Hl7.Fhir.Model;
using Hl7.Fhir.Utility;

namespace Dicom2Fhir.Conformance.Base;

/// <summary>Walks a parsed resource once and applies the R4 rules that the SDK's parser does not enforce, and the rules of known extensions.</summary>
static class BaseWalk
{
    public static void Resource(Resource resource, Run run)
    {
        var outer = run.Container;
        var isContained = outer is not null && run.Top.Element?.Name == "contained";
        var scope = isContained ? outer! : new Scope(resource);
        run.Container = scope;
        Node(resource, TypePlan.Of(resource), run);
        if (!isContained) ContainedRules(resource, scope, run);
        run.Container = outer;
    }

    static void Node(Hl7.Fhir.Model.Base node, TypePlan plan, Run run)
    {
        var filled = false;
        foreach (var element in plan.Elements)
        {
            if (!node.TryGetValue(element.Name, out var value)) continue;
            filled |= element.Name != "id";
            if (value is Hl7.Fhir.Model.Base single) Child(single, element, -1, run);
            else if (value is IList list)
                for (var i = 0; i < list.Count; i++)
                    if (list[i] is Hl7.Fhir.Model.Base item) Child(item, element, i, run);
            if (run.Stopped) return;
        }
        if (!filled && node is not Hl7.Fhir.Model.Resource) run.Error("invariant", "ele-1", "An element has a value or children.");
        if (plan.Invariants is { } invariants) Check(invariants, node, run);
    }

    // What the parser refused may stand in an element all the same; it has its own error, and the typed property throws.
    static void Check(Action<Hl7.Fhir.Model.Base, Run> invariants, Hl7.Fhir.Model.Base node, Run run)
    {
        try
        {
            invariants(node, run);
        }
        catch (Exception exception) when (exception is InvalidCastException or InvalidOperationException or FormatException or OverflowException or ArgumentException or CodedException)
        {
            // Nothing is said of what cannot be read.
        }
    }

    static void Child(Hl7.Fhir.Model.Base value, ElementPlan element, int index, Run run)
    {
        var plan = TypePlan.Of(value);
        if (!run.Enter(element.Name, index, plan, element))
        {
            run.Leave();
            return;
        }
        switch (value)
        {
            case PrimitiveType primitive: Primitive(primitive, plan, run); break;
            case Resource resource:
                Resource(resource, run);
                run.Engine.JudgeClaims(resource, run);
                break;
            default:
                if (element.Choices is { } choices && value is Quantity && !choices.Contains(plan.Name))
                    run.Error("structure", "type", $"The type is {string.Join(" or ", choices)}, not {plan.Name}.");
                element.Binding?.Check(value, run);
                Node(value, plan, run);
                if (value is Extension extension) ExtensionRules.Check(extension, element.Name == "modifierExtension", run);
                else if (value is ResourceReference reference) LocalReference.Check(reference, element, run);
                break;
        }
        run.Leave();
    }

    static void Primitive(PrimitiveType value, TypePlan plan, Run run)
    {
        PrimitiveFormat.Check(value, run);
        // dom-3 counts canonical, uri and url elements as references too.
        if (value is FhirUri or Hl7.Fhir.Model.Canonical or FhirUrl && value.JsonValue is string and ['#', ..] local) run.Container?.Saw(local);
        if (!value.HasElements) return;
        var filled = value.JsonValue is not null;
        foreach (var element in plan.Elements)
        {
            if (!value.TryGetValue(element.Name, out var found)) continue;
            filled |= element.Name != "id";
            if (found is IList list)
                for (var i = 0; i < list.Count; i++)
                    if (list[i] is Hl7.Fhir.Model.Base item) Child(item, element, i, run);
        }
        if (!filled) run.Error("invariant", "ele-1", "An element has a value or children.");
    }

    static void ContainedRules(Resource resource, Scope scope, Run run)
    {
        if (resource is not DomainResource domain || !domain.TryGetValue("contained", out var value) || value is not IList list) return;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is not Resource contained) continue;
            var at = $"contained[{i}]";
            if (Scope.IdOf(contained) is { } own && !ids.Add(own)) run.Error("value", "contained-id", $"Two contained resources have the id {own}.", below: at);
            if (contained.TryGetValue("contained", out _)) run.Error("invariant", "dom-2", "A contained resource contains no resources.", below: at);
            if (Scope.IdOf(contained) is not { } id || !(scope.IsReferenced(id) || scope.IsReferenced("")))
                run.Error("invariant", "dom-3", "A contained resource is referred to from the resource or refers to it.", below: at);
            if (!contained.TryGetValue("meta", out var found) || found is not Meta meta) continue;
            if (meta.TryGetValue("versionId", out _) || meta.TryGetValue("lastUpdated", out _))
                run.Error("invariant", "dom-4", "A contained resource has no meta.versionId and no meta.lastUpdated.", below: at);
            if (meta.TryGetValue("security", out _)) run.Error("invariant", "dom-5", "A contained resource has no security label.", below: at);
        }
    }
}
