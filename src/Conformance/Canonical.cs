namespace Dicom2Fhir.Conformance;

static class Canonical
{
    public const string Core = "http://hl7.org/fhir/StructureDefinition/";

    public static string WithoutVersion(string canonical) =>
        canonical.IndexOf('|', StringComparison.Ordinal) is var bar and >= 0 ? canonical[..bar] : canonical;

    public static string? VersionOf(string canonical) =>
        canonical.IndexOf('|', StringComparison.Ordinal) is var bar and >= 0 ? canonical[(bar + 1)..] : null;

    /// <summary>"Patient" of the R4 canonical of Patient; null for every other canonical.</summary>
    public static string? CoreName(string canonical)
    {
        var url = WithoutVersion(canonical);
        return url.StartsWith(Core, StringComparison.Ordinal) && url.IndexOf('/', Core.Length) < 0 ? url[Core.Length..] : null;
    }

    /// <summary>Released versions sort above pre-releases, numbers by value.</summary>
    public static int CompareVersions(string a, string b)
    {
        var released = !a.Contains('-', StringComparison.Ordinal);
        if (released != !b.Contains('-', StringComparison.Ordinal)) return released ? 1 : -1;
        string[] left = a.Split('.', '-'), right = b.Split('.', '-');
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var order = int.TryParse(left[i], out var x) && int.TryParse(right[i], out var y) ? x.CompareTo(y) : string.CompareOrdinal(left[i], right[i]);
            if (order != 0) return order;
        }
        return left.Length.CompareTo(right.Length);
    }
}
