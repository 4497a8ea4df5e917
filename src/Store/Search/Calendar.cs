using System.Globalization;

namespace Dicom2Fhir.Store.Search;

/// <summary>A range of calendar terms of one kind (y, m or d), both ends included.</summary>
readonly record struct CalendarRange(char Kind, string Low, string High);

/// <summary>Whole days as the fewest years, months and days.</summary>
static class Calendar
{
    public static readonly DateOnly First = DateOnly.MinValue;

    public static readonly DateOnly Last = DateOnly.MaxValue;

    /// <summary>The days from <paramref name="first"/> to <paramref name="last"/>; none when they are the other way round.</summary>
    public static IEnumerable<CalendarRange> Cover(DateOnly first, DateOnly last)
    {
        if (first > last) return [];
        var firstYear = first is { Month: 1, Day: 1 } ? first.Year : first.Year + 1;
        var lastYear = last is { Month: 12, Day: 31 } ? last.Year : last.Year - 1;
        if (firstYear > lastYear) return Months(first, last);
        return
        [
            .. first.Year < firstYear ? Months(first, new DateOnly(first.Year, 12, 31)) : [],
            new CalendarRange('y', Text(firstYear), Text(lastYear)),
            .. last.Year > lastYear ? Months(new DateOnly(last.Year, 1, 1), last) : [],
        ];
    }

    static List<CalendarRange> Months(DateOnly first, DateOnly last)
    {
        var ranges = new List<CalendarRange>();
        for (var from = first; ;)
        {
            var end = new DateOnly(from.Year, from.Month, DateTime.DaysInMonth(from.Year, from.Month));
            var to = end < last ? end : last;
            ranges.Add(from.Day == 1 && to == end ? new CalendarRange('m', Text(from)[..7], Text(from)[..7]) : new CalendarRange('d', Text(from), Text(to)));
            if (to == last) return ranges;
            from = to.AddDays(1);
        }
    }

    static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string Text(int year) => year.ToString("0000", CultureInfo.InvariantCulture);
}
