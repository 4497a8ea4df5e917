using System.Collections.Frozen;

namespace Dicom2Fhir.Conformance.Terminology;

/// <summary>Whether a code is in a value set, as far as the codes at hand can tell.</summary>
public enum Membership
{
    Undecided,
    In,
    Out,
}

/// <summary>A value set as codes by system. A complete one decides membership and absence, a partial one membership only.</summary>
/// <param name="External">The codes come from neither the MII nor the HL7 packages, so terminology "none" switches the table off.</param>
public sealed record CodeTable(string Url, bool Complete, bool External, FrozenDictionary<string, FrozenSet<string>> Systems)
{
    public Membership Holds(string? system, string? code)
    {
        // A code without system is in no set; one of a system the set does not name is out of a partial set too.
        if (system is null || !Systems.TryGetValue(system, out var codes)) return Membership.Out;
        if (code is not null && codes.Contains(code)) return Membership.In;
        return Complete ? Membership.Out : Membership.Undecided;
    }

    /// <summary>Membership of a bare code (element type code, whose system the value set implies).</summary>
    public Membership HoldsCode(string code)
    {
        foreach (var codes in Systems.Values)
            if (codes.Contains(code)) return Membership.In;
        return Complete ? Membership.Out : Membership.Undecided;
    }
}
