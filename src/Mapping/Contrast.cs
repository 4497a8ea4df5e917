using System.Globalization;

namespace Dicom2Fhir.Mapping;

/// <summary>
/// Contrast agent in three states (design decisions 5 and 18): given, denied, or not stated. An empty agent (0018,0010) denies nothing: most devices
/// that fill in the type 2 attribute at all leave it empty.
/// </summary>
static class Contrast
{
    /// <summary>Any instance given: true; else any denied: false; else null.</summary>
    public static bool? Of(Scope scope)
    {
        var states = scope.Instances
            .Select(instance => (Agents: instance[TagMap.ContrastBolusAgent], Items: instance[TagMap.ContrastBolusAgentSequence],
                Volume: instance[TagMap.ContrastBolusVolume], Dose: instance[TagMap.ContrastBolusTotalDose],
                Start: instance[TagMap.ContrastBolusStartTime], Ingredient: instance[TagMap.ContrastBolusIngredient]))
            .Distinct()
            .Select(stated => OfOne(stated.Agents, stated.Items, [stated.Volume, stated.Dose], [stated.Start, stated.Ingredient]))
            .ToList();
        return states.Contains(true) ? true : states.Contains(false) ? false : null;
    }

    static bool? OfOne(string? agents, string? items, string?[] amounts, string?[] facts)
    {
        var words = Scope.Split(agents ?? "").Select(State).ToList();
        if (words.Contains("given") || items is { Length: > 0 }) return true;
        if (amounts.Any(amount => Scope.Split(amount ?? "").Any(DicomNumber.IsPositive))) return true;

        // Start time and ingredient are copied from the protocol by some devices: they do not outweigh a word that denies.
        if (words.Contains("denied")) return false;
        return facts.Any(fact => Scope.Split(fact ?? "").Any(word => State(word) == "given")) ? true : null;
    }

    static string State(string word) => CodeTables.ContrastWords.GetValueOrDefault(word.ToUpper(CultureInfo.InvariantCulture), "given");
}
