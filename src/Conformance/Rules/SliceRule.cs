using System.Collections;
using Dicom2Fhir.Conformance.Base;
using Dicom2Fhir.Conformance.Terminology;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Rules;

/// <summary>One slice of an element: which items are in it, how many may be, and what is demanded of them.</summary>
sealed record SliceRule(string Name, SliceMatch Match, CardinalityRule? Cardinality, ElementNode Content);

/// <summary>Decides whether an item is in a slice.</summary>
abstract record SliceMatch
{
    public abstract bool Accepts(Hl7.Fhir.Model.Base item, Run run);
}

/// <summary>Extensions by their URL.</summary>
sealed record UrlMatch(string Url) : SliceMatch
{
    public override bool Accepts(Hl7.Fhir.Model.Base item, Run run) =>
        item.TryGetValue("url", out var url) && (url as PrimitiveType)?.JsonValue is string text && text == Url;
}

/// <summary>Items by a value at a path below them; the empty path is the item itself.</summary>
abstract record PathMatch(PathStep[] Path) : SliceMatch
{
    public override bool Accepts(Hl7.Fhir.Model.Base item, Run run) => Any(item, 0, run);

    protected abstract bool Test(Hl7.Fhir.Model.Base value, Run run);

    bool Any(Hl7.Fhir.Model.Base item, int depth, Run run)
    {
        if (depth == Path.Length) return Test(item, run);
        var step = Path[depth];
        if (step.Kind == StepKind.Type) return item.TypeName == step.Text && Any(item, depth + 1, run);
        if (!item.TryGetValue(step.Kind == StepKind.Extension ? "extension" : step.Text, out var found)) return false;
        if (found is Hl7.Fhir.Model.Base single) return Any(single, depth + 1, run);
        if (found is not IList list) return false;
        for (var i = 0; i < list.Count; i++)
            if (list[i] is Hl7.Fhir.Model.Base value && step.Fits(value) && Any(value, depth + 1, run)) return true;
        return false;
    }
}

/// <summary>Items that hold a pattern or fixed value.</summary>
sealed record PatternMatch(PathStep[] Path, PatternRule Pattern) : PathMatch(Path)
{
    protected override bool Test(Hl7.Fhir.Model.Base value, Run run) => Pattern.Accepts(value);
}

/// <summary>Items whose code is in a value set; one that the codes at hand do not decide is in no slice.</summary>
sealed record BindingMatch(PathStep[] Path, BindingRule Binding) : PathMatch(Path)
{
    protected override bool Test(Hl7.Fhir.Model.Base value, Run run) => Binding.Decide(value, run.Terminology) == Membership.In;
}

/// <summary>Items of a type.</summary>
sealed record TypeMatch(PathStep[] Path, TypeRule Type) : PathMatch(Path)
{
    protected override bool Test(Hl7.Fhir.Model.Base value, Run run) => Type.Accepts(value);
}

/// <summary>Items, or resources in them, that satisfy one of several profiles.</summary>
sealed record ProfileMatch(PathStep[] Path, ReferenceTarget[] Profiles) : PathMatch(Path)
{
    protected override bool Test(Hl7.Fhir.Model.Base value, Run run) =>
        Profiles.Any(target => target.Type == value.TypeName && (target.Profile?.Value is not { } profile || run.Conforms(value, profile)));
}

/// <summary>References by what they point to: its type, and for a contained target its profile.</summary>
sealed record TargetMatch(PathStep[] Path, ReferenceTarget[] Targets, bool ByProfile) : PathMatch(Path)
{
    protected override bool Test(Hl7.Fhir.Model.Base value, Run run)
    {
        if (value is not Hl7.Fhir.Model.ResourceReference reference || LocalReference.TargetType(reference, run) is not { } type) return false;
        var contained = ByProfile ? LocalReference.Contained(reference, run) : null;
        return Targets.Any(target => target.Type == type && (contained is null || target.Profile?.Value is not { } profile || run.Conforms(contained, profile)));
    }
}

/// <summary>Items that have, or do not have, an element.</summary>
sealed record ExistsMatch(PathStep[] Path, bool Exists) : PathMatch(Path)
{
    public override bool Accepts(Hl7.Fhir.Model.Base item, Run run) => base.Accepts(item, run) == Exists;

    protected override bool Test(Hl7.Fhir.Model.Base value, Run run) => true;
}

/// <summary>A slice whose discriminator the engine cannot read: no item is in it, and the compiler says so.</summary>
sealed record NoMatch : SliceMatch
{
    public override bool Accepts(Hl7.Fhir.Model.Base item, Run run) => false;
}

/// <summary>Items that satisfy every discriminator.</summary>
sealed record AllMatch(SliceMatch[] Parts) : SliceMatch
{
    public override bool Accepts(Hl7.Fhir.Model.Base item, Run run) => Parts.All(part => part.Accepts(item, run));
}
