using System.Globalization;

namespace Dicom2Fhir.Store.Search;

/// <summary>How exactly a date is written.</summary>
public enum DatePrecision
{
    Year,
    Month,
    Day,
    Time,
}

/// <summary>
/// A FHIR date, dateTime or instant as the interval it stands for (R4 search 3.1.1.4.7): 2024 is the whole year, 12:30 the whole minute. Values without
/// a zone are of the server's.
/// </summary>
/// <param name="Low">UTC, inclusive.</param>
/// <param name="High">UTC, exclusive.</param>
/// <param name="FirstDay">Local day of <paramref name="Low"/>.</param>
/// <param name="LastDay">Local day of the last moment.</param>
public sealed record FhirDate(DatePrecision Precision, DateTime Low, DateTime High, DateOnly FirstDay, DateOnly LastDay)
{
    static readonly string[] TimeForms = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF"];

    /// <summary>Null when the text is no FHIR date.</summary>
    public static FhirDate? Parse(string text, TimeZoneInfo zone)
    {
        if (text.Length <= 10) return ParseDay(text, zone);
        if (text.Length < 16) return null;
        var offsetAt = text.AsSpan(16).IndexOfAny('+', '-') is var at and >= 0 ? at + 16 : -1;
        var utc = text[^1] == 'Z';
        var local = utc ? text[..^1] : offsetAt > 0 ? text[..offsetAt] : text;
        if (local[^1] == '.' || !DateTime.TryParseExact(local, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)) return null;
        DateTime low;
        if (utc) low = DateTime.SpecifyKind(moment, DateTimeKind.Utc);
        else if (offsetAt < 0) low = ToUtc(moment, zone);
        else if (Offset(text.AsSpan(offsetAt)) is { } offset && moment.Ticks >= offset.Ticks) low = DateTime.SpecifyKind(moment - offset, DateTimeKind.Utc);
        else return null;

        var high = low.Add(Step(local));
        return new FhirDate(DatePrecision.Time, low, high, LocalDay(low, zone), LocalDay(high.AddTicks(-1), zone));
    }

    /// <summary>A date or period as the index has it; an open end is the end of time. Null when it is no date or ends before it begins.</summary>
    internal static FhirDate? Of(IndexValue value, TimeZoneInfo zone)
    {
        if (value is IndexValue.Moment moment) return Parse(moment.Text, zone);
        if (value is not IndexValue.Span span) return null;
        var start = span.Start is null ? null : Parse(span.Start, zone);
        var end = span.End is null ? null : Parse(span.End, zone);
        if ((span.Start is not null && start is null) || (span.End is not null && end is null)) return null;
        var (low, high) = (start?.Low ?? Earliest, end?.High ?? Latest);
        return low < high ? new FhirDate(DatePrecision.Time, low, high, start?.FirstDay ?? DateOnly.MinValue, end?.LastDay ?? DateOnly.MaxValue) : null;
    }

    /// <summary>Written to the database as -infinity.</summary>
    static readonly DateTime Earliest = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc);

    /// <summary>Written to the database as infinity.</summary>
    static readonly DateTime Latest = DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc);

    /// <summary>The local day a moment falls on.</summary>
    public static DateOnly LocalDay(DateTime utc, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(utc, zone));

    /// <summary>The start of a local day.</summary>
    public static DateTime StartOf(DateOnly day, TimeZoneInfo zone) => ToUtc(day.ToDateTime(TimeOnly.MinValue), zone);

    static FhirDate? ParseDay(string text, TimeZoneInfo zone)
    {
        var (precision, form) = text.Length switch
        {
            4 => (DatePrecision.Year, "yyyy"),
            7 => (DatePrecision.Month, "yyyy-MM"),
            10 => (DatePrecision.Day, "yyyy-MM-dd"),
            _ => (DatePrecision.Day, ""),
        };
        if (form.Length == 0 || !DateOnly.TryParseExact(text, form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var first)) return null;
        if (first.Year is < 2 or > 9998) return null;        // room for zones and for the day behind
        var next = precision switch
        {
            DatePrecision.Year => first.AddYears(1),
            DatePrecision.Month => first.AddMonths(1),
            _ => first.AddDays(1),
        };
        return new FhirDate(precision, StartOf(first, zone), StartOf(next, zone), first, next.AddDays(-1));
    }

    static TimeSpan Step(string local)
    {
        if (local.Length == 16) return TimeSpan.FromMinutes(1);
        var digits = local.Length <= 19 ? 0 : local.Length - 20;
        return TimeSpan.FromTicks(TimeSpan.TicksPerSecond / (long)Math.Pow(10, Math.Min(digits, 7)));
    }

    static TimeSpan? Offset(ReadOnlySpan<char> text) =>
        text.Length == 6 && text[3] == ':'
        && int.TryParse(text[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours <= 14
        && int.TryParse(text[4..], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes <= 59
            ? (text[0] == '-' ? -1 : 1) * new TimeSpan(hours, minutes, 0)
            : null;

    // A time that the clock skips in spring is the moment the clock jumps to; one that comes twice in autumn is the first.
    static DateTime ToUtc(DateTime local, TimeZoneInfo zone)
    {
        if (zone.IsInvalidTime(local)) local = local.AddHours(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return DateTime.SpecifyKind(local - offset, DateTimeKind.Utc);
    }
}
