namespace Dicom2Fhir.Conformance.Rules;

/// <summary>The profile (canonical with version) and element id that demand a rule.</summary>
public sealed record RuleOrigin(string Profile, string Element);

/// <summary>A demand on one value. Immutable and shared by all threads.</summary>
abstract class Rule(RuleOrigin origin)
{
    public RuleOrigin Origin => origin;

    public abstract void Check(Hl7.Fhir.Model.Base value, Run run);

    /// <summary>The rule in one line; equal texts are equal rules.</summary>
    public abstract string Describe();
}
