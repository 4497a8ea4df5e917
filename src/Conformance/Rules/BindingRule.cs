using System.Collections;
using Dicom2Fhir.Conformance.Terminology;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Rules;

/// <summary>A coded element bound to a value set. Only a required binding can make an error; a value set that is not at hand decides nothing.</summary>
sealed class BindingRule(RuleOrigin origin, string strength, string valueSet) : Rule(origin)
{
    readonly bool isRequired = strength == "required";

    public Membership Decide(Hl7.Fhir.Model.Base value, ValueSets valueSets)
    {
        var table = valueSets.Find(valueSet);
        return value switch
        {
            CodeableConcept concept => OfConcept(concept, table),
            Coding or Quantity => OfCoding(value, table),
            PrimitiveType { JsonValue: string code } => table?.HoldsCode(code) ?? Membership.Undecided,
            _ => Membership.Undecided,
        };
    }

    public override void Check(Hl7.Fhir.Model.Base value, Run run)
    {
        if (!isRequired && strength != "extensible") return;
        if (isRequired && value is Coding or CodeableConcept && !HasCode(value))
        {
            run.Error("code-invalid", "binding:required", $"The element has no code, but one of {valueSet} is required.", Origin);
            return;
        }
        switch (Decide(value, run.Terminology))
        {
            case Membership.Undecided when isRequired: run.Undecided(valueSet, Origin); break;
            case Membership.Out when isRequired:
                run.Error("code-invalid", "binding:required", $"{Show(value)} is not in the required value set {valueSet}.", Origin);
                break;
            case Membership.Out: run.Warn("code-invalid", "binding:extensible", $"{Show(value)} is not in the extensible value set {valueSet}.", Origin); break;
        }
    }

    public override string Describe() => $"binding {strength} {valueSet}";

    static Membership OfCoding(Hl7.Fhir.Model.Base value, CodeTable? table) => table?.Holds(Text(value, "system"), Text(value, "code")) ?? Membership.Undecided;

    static Membership OfConcept(CodeableConcept concept, CodeTable? table)
    {
        if (table is null || !concept.TryGetValue("coding", out var codings) || codings is not IList list) return Membership.Undecided;
        var answer = Membership.Out;
        foreach (var entry in list)
        {
            if (entry is not Coding coding) continue;
            var one = OfCoding(coding, table);
            if (one == Membership.In) return one;
            if (one == Membership.Undecided) answer = one;
        }
        return answer;
    }

    static bool HasCode(Hl7.Fhir.Model.Base value)
    {
        if (value is Coding) return Text(value, "code") is not null;
        if (!value.TryGetValue("coding", out var codings) || codings is not IList list) return false;
        foreach (var entry in list)
            if (entry is Coding coding && Text(coding, "code") is not null) return true;
        return false;
    }

    static string Show(Hl7.Fhir.Model.Base value) => value switch
    {
        CodeableConcept concept => string.Join(", ", concept.Coding.OfType<Coding>().Take(5).Select(Show)),
        PrimitiveType primitive => $"'{primitive.JsonValue}'",
        _ => $"'{Text(value, "system") ?? "no system"}|{Text(value, "code")}'",
    };

    static string? Text(Hl7.Fhir.Model.Base value, string name) => value.TryGetValue(name, out var found) ? (found as PrimitiveType)?.JsonValue as string : null;
}
