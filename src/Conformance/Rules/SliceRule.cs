using System.Collections;
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
abstract record PathMatch(string[] Path) : SliceMatch
{
    public override bool Accepts(Hl7.Fhir.Model.Base item, Run run) => Any(item, 0, run);

    protected abstract bool Test(Hl7.Fhir.Model.Base value, Run run);

    bool Any(Hl7.Fhir.Model.Base item, int depth, Run run)
    {
        if (depth == Path.Length) return Test(item, run);
        if (!item.TryGetValue(Path[depth], out var found)) return false;
        if (found is Hl7.Fhir.Model.Base single) return Any(single, depth + 1, run);
        if (found is not IList list) return false;
        for (var i = 0; i < list.Count; i++)
            if (list[i] is Hl7.Fhir.Model.Base value && Any(value, depth + 1, run)) return true;
        return false;
    }
}

/// <summary>Items that hold a pattern or fixed value.</summary>
sealed record PatternMatch(string[] Path, PatternRule Pattern) : PathMatch(Path)
{
    protected override bool Test(Hl7.Fhir.Model.Base value, Run run) => Pattern.Accepts(value);
}

/// <summary>Items whose code is in a value set; one that the codes at hand do not decide is in no slice.</summary>
sealed record BindingMatch(string[] Path, BindingRule Binding) : PathMatch(Path)
{
    protected override bool Test(Hl7.Fhir.Model.Base value, Run run) => Binding.Decide(value, run.Terminology) == Membership.In;
}

/// <summary>Items of a type.</summary>
sealed record TypeMatch(string[] Path, TypeRule Type) : PathMatch(Path)
{
    protected override bool Test(Hl7.Fhir.Model.Base value, Run run) => Type.Accepts(value);
}

/// <summary>Items that have, or do not have, an element.</summary>
sealed record ExistsMatch(string[] Path, bool Exists) : PathMatch(Path)
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
