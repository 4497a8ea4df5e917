using System.Globalization;

namespace Dicom2Fhir.Mapping;

/// <summary>Numbers as headers spell them (PS3.5 section 6.2, DS and IS), misspellings of real devices included.</summary>
static class DicomNumber
{
    const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>The number of a single value; null when it is none. A decimal comma, "127." and ".5" are read; NaN is not.</summary>
    public static decimal? Decimal(string text) =>
        decimal.TryParse(text.Trim().Replace(',', '.'), Style, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A whole number from 0 to 2,147,483,647 (FHIR unsignedInt), "12.0" too; else null. A comma may mark thousands: null.</summary>
    public static int? UnsignedInt(string text) =>
        !text.Contains(',', StringComparison.Ordinal) && Decimal(text) is >= 0 and <= int.MaxValue and { } number
        && decimal.Truncate(number) == number ? (int)number : null;

    public static bool IsPositive(string text) => Decimal(text) is > 0;
}
