using System.Globalization;

namespace Dicom2Fhir.Dicom;

/// <summary>A data element tag (PS3.5 section 7.1): group and element number, ordered as they stand in a data set.</summary>
public readonly record struct Tag(ushort Group, ushort Element) : IComparable<Tag>
{
    /// <summary>Group in the upper, element in the lower 16 bits.</summary>
    public uint Value => ((uint)Group << 16) | Element;

    /// <summary>True for odd groups: private data (PS3.5 section 7.8).</summary>
    public bool IsPrivate => (Group & 1) != 0;

    /// <summary>Reads "(0018,0015)", "0018,0015" or "00180015".</summary>
    /// <exception cref="FormatException">The text is none of the three forms.</exception>
    public static Tag Parse(string text)
    {
        var digits = text.Trim('(', ')').Replace(",", "", StringComparison.Ordinal);
        if (digits.Length != 8) throw new FormatException($"'{text}' is not a tag");
        return Of(uint.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
    }

    public static Tag Of(uint value) => new((ushort)(value >> 16), (ushort)value);

    public int CompareTo(Tag other) => Value.CompareTo(other.Value);

    /// <summary>The standard's spelling, "(0018,0015)".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({Group:X4},{Element:X4})");

    public static bool operator <(Tag left, Tag right) => left.Value < right.Value;

    public static bool operator >(Tag left, Tag right) => left.Value > right.Value;

    public static bool operator <=(Tag left, Tag right) => left.Value <= right.Value;

    public static bool operator >=(Tag left, Tag right) => left.Value >= right.Value;
}
