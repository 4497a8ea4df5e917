using System.Collections.Frozen;

namespace Dicom2Fhir.Dicom;

enum VrKind
{
    /// <summary>Text that is split at backslashes.</summary>
    Text,

    /// <summary>One text: backslashes and leading blanks belong to it.</summary>
    LongText,
    Number,
    Bulk,
    Sequence,
}

/// <summary>A value representation (PS3.5 section 6.2).</summary>
/// <param name="HasLongLength">Explicit headers carry two reserved bytes and a 32-bit length (PS3.5 table 7.1-1).</param>
/// <param name="Size">Bytes of one number, 0 for others.</param>
sealed record Vr(string Name, VrKind Kind, bool HasLongLength, int Size)
{
    static readonly Vr?[] ByLetters = new Vr?[26 * 26];

    static readonly FrozenDictionary<string, Vr> ByName = Table().ToFrozenDictionary(vr => vr.Name, StringComparer.Ordinal);

    public static Vr Unknown { get; } = Named("UN");

    public static Vr Sequence { get; } = Named("SQ");

    public static Vr LongString { get; } = Named("LO");

    public bool IsText => Kind is VrKind.Text or VrKind.LongText;

    /// <exception cref="KeyNotFoundException">No such VR: the name does not come from a file.</exception>
    public static Vr Named(string name) => ByName[name];

    public static Vr? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The VR of two bytes in capitals, null for others.</summary>
    public static Vr? Find(byte first, byte second)
    {
        uint a = (uint)(first - 'A'), b = (uint)(second - 'A');
        return a < 26 && b < 26 ? ByLetters[(a * 26) + b] : null;
    }

    static Vr[] Table()
    {
        Vr[] all =
        [
            .. Of(VrKind.Text, false, "AE AS CS DA DS DT IS LO PN SH TM UI"), .. Of(VrKind.Text, true, "UC"),
            .. Of(VrKind.LongText, false, "LT ST"), .. Of(VrKind.LongText, true, "UR UT"),
            .. Of(VrKind.Bulk, true, "OB OD OF OL OV OW UN"), .. Of(VrKind.Sequence, true, "SQ"),
            .. Of(VrKind.Number, false, "SS US", 2), .. Of(VrKind.Number, false, "AT FL SL UL", 4), .. Of(VrKind.Number, false, "FD", 8),
            .. Of(VrKind.Number, true, "SV UV", 8),
        ];
        foreach (var vr in all) ByLetters[((vr.Name[0] - 'A') * 26) + vr.Name[1] - 'A'] = vr;
        return all;
    }

    static IEnumerable<Vr> Of(VrKind kind, bool hasLongLength, string names, int size = 0) =>
        names.Split(' ').Select(name => new Vr(name, kind, hasLongLength, size));
}
