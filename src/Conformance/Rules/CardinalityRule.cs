using System.Globalization;

namespace Dicom2Fhir.Conformance.Rules;

/// <summary>How often an element or slice occurs.</summary>
sealed class CardinalityRule(RuleOrigin origin, int minimum, int maximum)
{
    public const int Many = int.MaxValue;

    public void Check(int count, string name, string? slice, Run run)
    {
        if (count < minimum)
            run.Error("required", "cardinality", $"{What(name, slice)} occurs {count} times, at least {minimum} needed.", origin, name);
        else if (count > maximum)
            run.Error("structure", "cardinality", $"{What(name, slice)} occurs {count} times, at most {maximum} allowed.", origin, name);
    }

    static string What(string name, string? slice) => slice is null ? name : $"{name}:{slice}";

    public string Describe() => $"{minimum}..{(maximum == Many ? "*" : maximum.ToString(CultureInfo.InvariantCulture))}";
}
