using System.Collections.Frozen;
using System.Globalization;

namespace Dicom2Fhir.Dicom;

/// <summary>VR of the standard's data elements (PS3.6): what implicit syntaxes, UN and wrong VRs are read by.</summary>
static class DataDictionary
{
    static readonly Lazy<(FrozenDictionary<uint, string> Exact, FrozenDictionary<uint, string> Repeating)> Tables = new(Load);

    /// <summary>Null for a private or unknown element. Of alternatives (US/SS) the first.</summary>
    public static string? Vr(Tag tag)
    {
        if (tag.IsPrivate) return tag.Element is >= 0x10 and <= 0xFF ? "LO" : null;      // private creators (PS3.5 7.8.1)
        if (tag.Element == 0) return "UL";                                              // group lengths
        var (exact, repeating) = Tables.Value;
        return exact.TryGetValue(tag.Value, out var vr) ? vr
            : tag.Group is >= 0x5000 and <= 0x60FF or >= 0x7F00 and <= 0x7FFF && repeating.TryGetValue(tag.Value & 0xFF00FFFF, out vr) ? vr
            : null;
    }

    static (FrozenDictionary<uint, string>, FrozenDictionary<uint, string>) Load()
    {
        var exact = new Dictionary<uint, string>(5_000);
        var repeating = new Dictionary<uint, string>();
        using var reader = new StreamReader(typeof(DataDictionary).Assembly.GetManifestResourceStream("Dicom2Fhir.Dicom.Dictionary.tsv")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length < 12 || line[0] == '#') continue;
            var cells = line.Split('\t');
            var vr = string.Intern(cells[1][..2]);
            if (!cells[0].Contains('x', StringComparison.Ordinal)) exact[uint.Parse(cells[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)] = vr;
            else if (cells[0][2..4] == "xx" && !cells[0][4..].Contains('x', StringComparison.Ordinal))
                repeating[uint.Parse(cells[0].Replace('x', '0'), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)] = vr;
        }

        return (exact.ToFrozenDictionary(), repeating.ToFrozenDictionary());
    }
}
