namespace Dicom2Fhir.Conformance.Rules;

/// <summary>A quantity restricted to SimpleQuantity: no comparator (sqty-1).</summary>
sealed class SimpleQuantityRule(RuleOrigin origin) : Rule(origin)
{
    public override void Check(Hl7.Fhir.Model.Base value, Run run)
    {
        if (value.TryGetValue("comparator", out _)) run.Error("invariant", "sqty-1", "A simple quantity has no comparator.", Origin);
    }

    public override string Describe() => "simple quantity";
}
