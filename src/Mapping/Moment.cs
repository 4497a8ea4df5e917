using System.Globalization;

namespace Dicom2Fhir.Mapping;

/// <summary>A year, a date, or a date with time and offset, as FHIR writes it.</summary>
/// <param name="Time">Null for a date alone: no midnight is invented.</param>
/// <param name="OffsetMinutes">Minutes east of UTC; 0 for a date alone.</param>
readonly record struct Moment(DateOnly Date, TimeOnly? Time, int OffsetMinutes) : IComparable<Moment>
{
    bool IsYear { get; init; }

    /// <summary>A year alone: no day is invented. It sorts behind every day of it, so that a stated day wins.</summary>
    public static Moment OfYear(int year) => new(new DateOnly(year, 12, 31), null, 0) { IsYear = true };

    /// <summary>FHIR R4 dateTime: seconds and offset once a time is given, milliseconds only when stated.</summary>
    public string Text => IsYear ? Date.ToString("yyyy", CultureInfo.InvariantCulture) : Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + TimeText;

    string TimeText => Time is not { } time ? "" : "T" + time.ToString(FormatOf(time), CultureInfo.InvariantCulture) + OffsetText;

    string OffsetText => string.Create(
        CultureInfo.InvariantCulture, $"{(OffsetMinutes < 0 ? '-' : '+')}{Math.Abs(OffsetMinutes) / 60:00}:{Math.Abs(OffsetMinutes) % 60:00}");

    /// <summary>
    /// By local date; on one date the stated times first, by instant: so the smallest is the earliest, and the most precise one of its day.
    /// </summary>
    public int CompareTo(Moment other) =>
        Date != other.Date ? Date.CompareTo(other.Date)
        : IsYear != other.IsYear ? IsYear.CompareTo(other.IsYear)
        : Time.HasValue != other.Time.HasValue ? other.Time.HasValue.CompareTo(Time.HasValue)
        : Instant != other.Instant ? Instant.CompareTo(other.Instant)
        : OffsetMinutes.CompareTo(other.OffsetMinutes);

    static string FormatOf(TimeOnly time) => time.Millisecond == 0 ? "HH:mm:ss" : "HH:mm:ss.fff";

    long Instant => (Time?.Ticks ?? 0) - (OffsetMinutes * TimeSpan.TicksPerMinute);

    public static bool operator <(Moment left, Moment right) => left.CompareTo(right) < 0;

    public static bool operator >(Moment left, Moment right) => left.CompareTo(right) > 0;

    public static bool operator <=(Moment left, Moment right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Moment left, Moment right) => left.CompareTo(right) >= 0;
}
