namespace Dicom2Fhir.Conformance.Rules;

/// <summary>The types an element may have.</summary>
sealed class TypeRule(RuleOrigin origin, string[] types) : Rule(origin)
{
    public bool Accepts(Hl7.Fhir.Model.Base value)
    {
        var name = value.TypeName;
        foreach (var type in types)
            if (type == name) return true;
        return false;
    }

    public override void Check(Hl7.Fhir.Model.Base value, Run run)
    {
        if (!Accepts(value)) run.Error("value", "type", $"The type is {string.Join(" or ", types)}, not {value.TypeName}.", Origin);
    }

    public override string Describe() => $"type {string.Join(' ', types)}";
}
