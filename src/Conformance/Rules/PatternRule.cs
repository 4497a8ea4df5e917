using System.Collections;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Rules;

/// <summary>A value the element must contain (pattern) or equal (fixed).</summary>
sealed class PatternRule(RuleOrigin origin, DataType expected, bool exact) : Rule(origin)
{
    readonly (string Name, object Value)[] parts = [.. expected.EnumerateElements().Where(_ => expected is not PrimitiveType).Select(e => (e.Key, e.Value))];

    /// <summary>The text of a primitive pattern; null for a complex one.</summary>
    public string? Text => (expected as PrimitiveType)?.JsonValue as string;

    public bool Accepts(Hl7.Fhir.Model.Base value) => exact && expected is not PrimitiveType ? expected.IsExactly(value) : Contains(value, expected);

    public override void Check(Hl7.Fhir.Model.Base value, Run run)
    {
        if (!Accepts(value)) Report(value, run);
    }

    // Apart from Check, so that its closure is made for a wrong value only.
    void Report(Hl7.Fhir.Model.Base value, Run run)
    {
        var rule = exact ? "fixed" : "pattern";
        if (expected is PrimitiveType)
        {
            run.Error("value", rule, $"The value is '{Text}' here, not '{(value as PrimitiveType)?.JsonValue}'.", Origin);
            return;
        }
        var wrong = parts.FirstOrDefault(part => !(value.TryGetValue(part.Name, out var found) && ContainsAny(found, part.Value))).Name;
        run.Error("value", rule, $"The {value.TypeName} has to hold {Show(expected)}.", Origin, wrong ?? "");
    }

    public override string Describe() => $"{(exact ? "fixed" : "pattern")} {Show(expected)}";

    static bool Contains(Hl7.Fhir.Model.Base value, Hl7.Fhir.Model.Base pattern)
    {
        if (pattern is PrimitiveType wanted) return value is PrimitiveType given && Equals(given.JsonValue, wanted.JsonValue);
        foreach (var (name, part) in pattern.EnumerateElements())
            if (!(value.TryGetValue(name, out var found) && ContainsAny(found, part))) return false;
        return true;
    }

    static bool ContainsAny(object found, object wanted) => (found, wanted) switch
    {
        (Hl7.Fhir.Model.Base value, Hl7.Fhir.Model.Base pattern) => Contains(value, pattern),
        (IList values, IList patterns) => patterns.Cast<Hl7.Fhir.Model.Base>().All(p => values.Cast<Hl7.Fhir.Model.Base>().Any(v => Contains(v, p))),
        _ => Equals(found, wanted),
    };

    static string Show(object value) => value switch
    {
        PrimitiveType primitive => $"'{primitive.JsonValue}'",
        Hl7.Fhir.Model.Base complex => "{" + string.Join(", ", complex.EnumerateElements().Select(e => $"{e.Key}: {Show(e.Value)}")) + "}",
        IList list => "[" + string.Join(", ", list.Cast<object>().Select(Show)) + "]",
        _ => value.ToString() ?? "",
    };
}
