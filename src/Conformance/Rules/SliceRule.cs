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

/// <summary>Items that hold a pattern or fixed value, themselves or at a path below.</summary>
sealed record PatternMatch(string[] Path, PatternRule Pattern) : SliceMatch
{
    public override bool Accepts(Hl7.Fhir.Model.Base item, Run run) => SlicePath.Any(item, Path, Pattern.Accepts);
}

/// <summary>Items whose code is in a value set; one that the codes at hand do not decide is in no slice.</summary>
sealed record BindingMatch(string[] Path, BindingRule Binding) : SliceMatch
{
    public override bool Accepts(Hl7.Fhir.Model.Base item, Run run) => SlicePath.Any(item, Path, value => Binding.Decide(value, run.Terminology) == Membership.In);
}

/// <summary>Items of a type.</summary>
sealed record TypeMatch(string[] Path, TypeRule Type) : SliceMatch
{
    public override bool Accepts(Hl7.Fhir.Model.Base item, Run run) => SlicePath.Any(item, Path, Type.Accepts);
}

/// <summary>Items that have, or do not have, an element.</summary>
sealed record ExistsMatch(string[] Path, bool Exists) : SliceMatch
{
    public override bool Accepts(Hl7.Fhir.Model.Base item, Run run) => SlicePath.Any(item, Path, _ => true) == Exists;
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

static class SlicePath
{
    public static bool Any(Hl7.Fhir.Model.Base item, ReadOnlySpan<string> path, Func<Hl7.Fhir.Model.Base, bool> test)
    {
        if (path.IsEmpty) return test(item);
        if (!item.TryGetValue(path[0], out var found)) return false;
        if (found is Hl7.Fhir.Model.Base single) return Any(single, path[1..], test);
        foreach (var entry in found as System.Collections.IList ?? Array.Empty<object>())
            if (entry is Hl7.Fhir.Model.Base value && Any(value, path[1..], test)) return true;
        return false;
    }
}
