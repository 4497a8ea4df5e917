using System.Globalization;
using Dicom2Fhir.Conformance.Base;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Rules;

/// <summary>The smallest and the largest value: numbers, quantities of the same unit code, dates and times.</summary>
sealed class ValueRangeRule(RuleOrigin origin, DataType? minimum, DataType? maximum) : Rule(origin)
{
    public override void Check(Hl7.Fhir.Model.Base value, Run run)
    {
        if (minimum is not null && IsAbove(minimum, value)) run.Error("value", "minValue", $"The value is below {Show(minimum)}.", Origin);
        if (maximum is not null && IsAbove(value, maximum)) run.Error("value", "maxValue", $"The value is above {Show(maximum)}.", Origin);
    }

    public override string Describe() => $"range {Show(minimum)}..{Show(maximum)}";

    static bool IsAbove(Hl7.Fhir.Model.Base high, Hl7.Fhir.Model.Base low)
    {
        if (high is Quantity a && low is Quantity b) return a.Code == b.Code && a.System == b.System && a.Value > b.Value;
        if (Number(high) is { } x && Number(low) is { } y) return x > y;
        return Text(high) is { } later && Text(low) is { } earlier && DateOrder.IsAfter(later, earlier);
    }

    static decimal? Number(Hl7.Fhir.Model.Base value) => (value as PrimitiveType)?.JsonValue switch
    {
        int number => number,
        long number => number,
        decimal number => number,
        _ => null,
    };

    static string? Text(Hl7.Fhir.Model.Base value) => (value as PrimitiveType)?.JsonValue as string;

    static string Show(DataType? value) => value switch
    {
        null => "",
        PrimitiveType primitive => Convert.ToString(primitive.JsonValue, CultureInfo.InvariantCulture) ?? "",
        Quantity quantity => string.Create(CultureInfo.InvariantCulture, $"{quantity.Value} {quantity.Code}"),
        _ => value.TypeName,
    };
}
