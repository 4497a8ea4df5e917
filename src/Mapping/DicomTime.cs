using System.Globalization;

namespace Dicom2Fhir.Mapping;

/// <summary>Dates and times of PS3.5 section 6.2 (DA, TM, DT) with the old ACR-NEMA spellings, and their zone.</summary>
static class DicomTime
{
    static readonly string[] DateForms = ["yyyyMMdd", "yyyy.MM.dd"];

    static readonly string[] TimeForms = ["HHmmss", "HHmm", "HH:mm:ss", "HH:mm"];

    /// <summary>
    /// Years outside are fillers (00010101, 99991231) to which no offset can be applied; the shifted dates of de-identified studies, 2100 and
    /// later, are inside.
    /// </summary>
    const int FirstYear = 1800;
    const int LastYear = 2999;

    /// <summary>DA "20040826" or the old "2004.08.26"; null when it is no date of the calendar, or a filler.</summary>
    public static DateOnly? Date(string text) =>
        DateOnly.TryParseExact(text.Trim(), DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
        && date.Year is >= FirstYear and <= LastYear ? date : null;

    /// <summary>A year alone, "2004": what a site keeps that keeps years only, and what partial dates of some archives are.</summary>
    public static int? Year(string text) =>
        text is [>= '0' and <= '9', >= '0' and <= '9', >= '0' and <= '9', >= '0' and <= '9'] && int.Parse(text, CultureInfo.InvariantCulture) is >= FirstYear and <= LastYear and var year
            ? year : null;

    /// <summary>TM; null for an hour alone (no minutes are invented) and for what is no time. Milliseconds at most; second 60 is 59.</summary>
    public static TimeOnly? Time(string text)
    {
        var trimmed = text.Trim();
        var point = trimmed.IndexOf('.', StringComparison.Ordinal);
        var whole = LeapSecond(point < 0 ? trimmed : trimmed[..point]);
        if (!TimeOnly.TryParseExact(whole, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return null;
        if (point < 0) return time;
        var fraction = trimmed[(point + 1)..];
        return fraction.Length is > 0 and <= 6 && fraction.All(char.IsAsciiDigit) ? time.Add(Milliseconds(fraction)) : null;
    }

    /// <summary>An hour alone is a valid TM, but FHIR has no dateTime for it.</summary>
    public static bool IsHour(string text) => text.Trim() is [>= '0' and <= '2', >= '0' and <= '9'];

    /// <summary>(0008,0201) "+0100": minutes east of UTC, from -12:00 to +14:00 (PS3.3 C.12.1.1.8); null for any other spelling.</summary>
    public static int? Zone(string text)
    {
        if (text.Trim() is not ['+' or '-', _, _, _, _] zone || !zone.AsSpan(1).ContainsOnlyDigits()) return null;
        var minutes = int.Parse(zone.AsSpan(3), CultureInfo.InvariantCulture);
        var offset = (int.Parse(zone.AsSpan(1, 2), CultureInfo.InvariantCulture) * 60) + minutes;
        if (zone[0] == '-') offset = -offset;
        return minutes < 60 && offset is >= -12 * 60 and <= 14 * 60 ? offset : null;
    }

    /// <summary>
    /// The moment of a local time in a zone. A time the clock change skipped moves forward by the gap; of a repeated one the first is meant.
    /// </summary>
    /// <param name="changed">True when the clock change made the time ambiguous or impossible.</param>
    public static Moment Local(DateOnly date, TimeOnly time, TimeZoneInfo zone, out bool changed)
    {
        var local = date.ToDateTime(time);
        var ambiguous = zone.IsAmbiguousTime(local);
        var skipped = zone.IsInvalidTime(local);
        changed = ambiguous || skipped;
        if (skipped) local = local.Add(zone.GetUtcOffset(local.AddHours(3)) - zone.GetUtcOffset(local.AddHours(-3)));
        var offset = ambiguous ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new Moment(DateOnly.FromDateTime(local), TimeOnly.FromDateTime(local), (int)Math.Round(offset.TotalMinutes));
    }

    static TimeSpan Milliseconds(string fraction) =>
        TimeSpan.FromMilliseconds(int.Parse(fraction.PadRight(3, '0').AsSpan(0, 3), CultureInfo.InvariantCulture));

    static string LeapSecond(string time) =>
        time.Length is 6 or 8 && time.EndsWith("60", StringComparison.Ordinal) ? time[..^2] + "59" : time;

    static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
