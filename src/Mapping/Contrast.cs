using System.Globalization;

namespace Dicom2Fhir.Mapping;

/// <summary>
/// Contrast agent in three states (design decisions 5 and 18): given, denied, or not stated. An empty agent (0018,0010) denies nothing: most devices
/// that fill in the type 2 attribute at all leave it empty.
/// </summary>
static class Contrast
{
    /// <summary>Modalities whose descriptions speak of contrast agents; the tracer of PT and NM is none.</summary>
    static readonly string[] TextModalities = ["CT", "MR", "XA", "RF", "MG", "US"];

    /// <summary>Any instance given: true; else any denied: false; else null.</summary>
    public static bool? Of(Scope scope, CodeTables tables)
    {
        var states = scope.Instances.Select(Stated.Of).Distinct().Select(stated => OfOne(stated, tables)).ToList();
        return states.Contains(true) ? true : states.Contains(false) ? false : null;
    }

    /// <summary>The state one instance has.</summary>
    public static bool? Of(InstanceAttributes instance, CodeTables tables) => OfOne(Stated.Of(instance), tables);

    /// <summary>What descriptions say; null when they say nothing, or both.</summary>
    public static bool? OfText(Draft<Hl7.Fhir.Model.ImagingStudy.SeriesComponent> series)
    {
        if (!TextModalities.Contains(series.Modality)) return null;
        foreach (var texts in series.HintTexts())
        {
            var signs = texts.Select(series.Tables.Hints.Contrast).ToList();
            bool given = signs.Exists(sign => sign.Given), denied = signs.Exists(sign => sign.Denied);
            if (given != denied) return given;
            if (given) return null;
        }

        return null;
    }

    /// <summary>What an agent's text says: named, given, denied or unknown. Signs alone (### of an anonymisation) name nothing.</summary>
    public static string State(string word, CodeTables tables) =>
        tables.AgentWords.GetValueOrDefault(word.ToUpper(CultureInfo.InvariantCulture), word.Any(char.IsLetterOrDigit) ? "named" : "unknown");

    // Per frame: what the frames say outweighs an agent that the protocol put there.
    static bool? OfOne(Stated stated, CodeTables tables)
    {
        var administered = Scope.Split(stated.Administered ?? "").Select(word => word.ToUpperInvariant()).ToList();
        if (administered.Contains("YES") || Scope.Split(stated.Detected ?? "").Any(word => word.Equals("YES", StringComparison.OrdinalIgnoreCase))) return true;
        if (administered.Contains("NO")) return false;
        var words = Scope.Split(stated.Agents ?? "").Select(word => State(word, tables)).ToList();
        if (words.Exists(IsGiven) || stated.Items is { Length: > 0 }) return true;
        if (new[] { stated.Volume, stated.Dose }.Any(amount => amount == Reading.Varied || Scope.Split(amount ?? "").Any(DicomNumber.IsPositive))) return true;

        // Start time and ingredient are copied from the protocol by some devices: they do not outweigh a word that denies.
        if (words.Contains("denied")) return false;
        return new[] { stated.Start, stated.Ingredient }.Any(fact => Scope.Split(fact ?? "").Any(word => IsGiven(State(word, tables)))) ? true : null;
    }

    static bool IsGiven(string state) => state is "named" or "given";

    sealed record Stated(
        string? Agents, string? Items, string? Volume, string? Dose, string? Start, string? Ingredient, string? Administered, string? Detected)
    {
        public static Stated Of(InstanceAttributes instance) => new(
            instance[TagMap.ContrastBolusAgent], instance[TagMap.ContrastBolusAgentSequence], instance[TagMap.ContrastBolusVolume],
            instance[TagMap.ContrastBolusTotalDose], instance[TagMap.ContrastBolusStartTime], instance[TagMap.ContrastBolusIngredient],
            instance[TagMap.ContrastAdministered], instance[TagMap.ContrastDetected]);
    }
}
