using System.Globalization;

namespace Dicom2Fhir.Conformance.Base;

/// <summary>Order of FHIR dateTimes of different precision: compared as far as both are given (FHIRPath 6.2).</summary>
static class DateOrder
{
    public static bool IsAfter(string a, string b)
    {
        if (a.Length > 10 && b.Length > 10 && Instant(a) is { } x && Instant(b) is { } y) return x > y;
        var common = Math.Min(Math.Min(a.Length, b.Length), 10);
        return string.CompareOrdinal(a[..common], b[..common]) > 0;
    }

    static DateTimeOffset? Instant(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value) ? value : null;
}
