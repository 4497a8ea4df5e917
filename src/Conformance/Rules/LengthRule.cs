using System.Globalization;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Rules;

/// <summary>The longest text an element may have, in characters.</summary>
sealed class LengthRule(RuleOrigin origin, int maximum) : Rule(origin)
{
    public override void Check(Hl7.Fhir.Model.Base value, Run run)
    {
        if (value is PrimitiveType { JsonValue: string text } && text.Length > maximum)
            run.Error("value", "maxLength", string.Create(CultureInfo.InvariantCulture, $"The text has {text.Length} characters, at most {maximum} are allowed."), Origin);
    }

    public override string Describe() => string.Create(CultureInfo.InvariantCulture, $"length {maximum}");
}
