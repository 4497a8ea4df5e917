namespace Dicom2Fhir.Dicom;

/// <summary>Value representations (PS3.5 section 6.2): how long their headers are and how their bytes are read.</summary>
static class Vr
{
    const string Known = "AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV ";
    const string Long = "OB OD OF OL OV OW SQ SV UC UN UR UT UV ";       // two reserved bytes and a 32-bit length (PS3.5 table 7.1-1)

    static readonly string[] Names = Known.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The VR two bytes of an explicit header spell, letters in either case; null when they spell none.</summary>
    public static string? Find(byte first, byte second)
    {
        var upper = ((char)(first & 0xDF), (char)(second & 0xDF));
        foreach (var name in Names)
        {
            if (name[0] == upper.Item1 && name[1] == upper.Item2) return name;
        }

        return null;
    }

    public static bool HasLongHeader(string vr) => Long.Contains(vr, StringComparison.Ordinal);

    /// <summary>Text of the data set's character set; CS too, since umlauts occur there.</summary>
    public static bool IsText(string vr) => vr is "SH" or "LO" or "ST" or "LT" or "UC" or "UT" or "PN" or "CS";

    /// <summary>Text of the default repertoire.</summary>
    public static bool IsPlain(string vr) => vr is "AE" or "AS" or "DA" or "DS" or "DT" or "IS" or "TM" or "UI" or "UR";

    /// <summary>One value, whatever backslashes it holds (PS3.5 section 6.4).</summary>
    public static bool IsSingle(string vr) => vr is "LT" or "ST" or "UT" or "UR";

    /// <summary>Bytes of one number; 0 for what is no number.</summary>
    public static int NumberSize(string vr) => vr switch
    {
        "US" or "SS" => 2,
        "UL" or "SL" or "FL" or "AT" => 4,
        "FD" or "SV" or "UV" => 8,
        _ => 0,
    };
}
