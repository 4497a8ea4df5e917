using System.Globalization;
using System.Text.Json.Nodes;

namespace Dicom2Fhir.UnitTests.Dicom;

/// <summary>Compares two headers in the DICOM JSON model by value: numbers as numbers, texts without padding.</summary>
static class HeaderComparison
{
    // dcmtk writes nine digits
    const double Precision = 1e-8;

    /// <summary>One sentence a difference between ours and a peer's.</summary>
    public static IEnumerable<string> Differences(JsonObject ours, JsonObject peers, string path = "")
    {
        foreach (var key in ours.Select(pair => pair.Key).Union(peers.Select(pair => pair.Key)).Where(IsCompared).Order(StringComparer.Ordinal))
        {
            var place = $"{path}{key}";
            if (ours[key] is not JsonObject left) yield return $"{place} is missing";
            else if (peers[key] is not JsonObject right) yield return $"{place} is not there";
            else foreach (var difference in Elements(left, right, place)) yield return difference;
        }
    }

    // Retired group lengths are left out, as dcmtk does; the character set of what is written is UTF-8; nothing behind the header.
    static bool IsCompared(string key) =>
        key is not "00080005" && !key.StartsWith("0002", StringComparison.Ordinal) && !key.EndsWith("0000", StringComparison.Ordinal) && string.CompareOrdinal(key, "7FE00000") < 0;

    static IEnumerable<string> Elements(JsonObject left, JsonObject right, string place)
    {
        var (own, peer) = ((string)left["vr"]!, (string)right["vr"]!);

        // dcmtk does not read UN of known tags, pydicom knows private tags of some vendors
        if (IsBulk(own) || IsBulk(peer)) yield break;
        var (values, others) = (Values(left), Values(right));
        if (own == "SQ" && peer == "SQ" && values.Count == others.Count)
        {
            foreach (var difference in values.Zip(others).SelectMany(pair => Differences(pair.First as JsonObject ?? [], pair.Second as JsonObject ?? [], place + ">"))) yield return difference;
            yield break;
        }

        if (values.Count != others.Count || !values.Zip(others).All(pair => Same(pair.First, pair.Second)))
            yield return $"{place} {own} {left["Value"]?.ToJsonString()} is {peer} {right["Value"]?.ToJsonString()}";
    }

    static bool IsBulk(string vr) => vr is "OB" or "OD" or "OF" or "OL" or "OV" or "OW" or "UN";

    static List<JsonNode?> Values(JsonObject element)
    {
        List<JsonNode?> values = [.. (element["Value"] as JsonArray ?? []).Select(value => IsEmpty(value) ? null : value)];
        return values.TrueForAll(value => value is null) ? [] : values;
    }

    static bool IsEmpty(JsonNode? value) => value switch
    {
        null => true,
        JsonValue => Text(value).Length == 0,
        JsonObject name when name.ContainsKey("Alphabetic") => name.All(group => Name(group.Value).Length == 0),
        _ => false,
    };

    static bool Same(JsonNode? left, JsonNode? right)
    {
        if (left is null || right is null) return left is null && right is null;
        if (left is JsonObject own && right is JsonObject peer) return own.Select(pair => pair.Key).Union(peer.Select(pair => pair.Key)).All(key => Name(own[key]) == Name(peer[key]));
        if (left is JsonObject || right is JsonObject) return false;
        if (Text(left) == Text(right)) return true;
        return Number(left) is { } x && Number(right) is { } y && (x.Equals(y) || Math.Abs(x - y) <= Precision * Math.Max(Math.Abs(x), Math.Abs(y)));
    }

    // dcmtk takes empty components from the end of a name
    static string Name(JsonNode? group) => group is null ? "" : Text(group).TrimEnd('^');

    static string Text(JsonNode value) => value.ToString().Trim(' ', '\0');

    static double? Number(JsonNode value) => double.TryParse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
