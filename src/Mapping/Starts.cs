namespace Dicom2Fhir.Mapping;

/// <summary>Earliest start by a pair of date and time rows, or by one DT row (design decision 18).</summary>
static class Starts
{
    /// <summary>The earliest moment of all instances; null when none states a valid date.</summary>
    public static Moment? Earliest(Scope scope, StudyContext study, TagRow date, TagRow time)
    {
        Moment? earliest = null;
        var stated = scope.Instances.Select(instance => (instance[date], instance[time], instance[TagMap.TimezoneOffset]));
        foreach (var (day, clock, zone) in stated.Distinct().Order())
        {
            if (string.IsNullOrEmpty(day)) continue;
            var moment = Of(scope, study, (date, First(day)), (time, First(clock)), First(zone));
            if (moment is not null && !(earliest <= moment)) earliest = moment;
        }

        return earliest;
    }

    /// <summary>As the other, from a DT row "20040826185059.123+0200" (PS3.5 section 6.2).</summary>
    public static Moment? Earliest(Scope scope, StudyContext study, TagRow dateTime)
    {
        Moment? earliest = null;
        var stated = scope.Instances.Select(instance => (instance[dateTime], instance[TagMap.TimezoneOffset]));
        foreach (var (text, zone) in stated.Distinct().Order())
        {
            if (string.IsNullOrEmpty(text)) continue;
            var (day, clock, own) = Take(First(text));
            var moment = Of(scope, study, (dateTime, day), (dateTime, clock), own.Length > 0 ? own : First(zone));
            if (moment is not null && !(earliest <= moment)) earliest = moment;
        }

        return earliest;
    }

    static Moment? Of(Scope scope, StudyContext study, (TagRow Row, string Text) day, (TagRow Row, string Text) clock, string zone)
    {
        if (DicomTime.Year(day.Text) is { } year) return Moment.OfYear(year);
        if (DicomTime.Date(day.Text) is not { } date)
        {
            scope.Note(Findings.BadDate, day.Row, Scope.Raw(day.Text));
            return null;
        }

        if (clock.Text.Length == 0 || DicomTime.IsHour(clock.Text)) return new Moment(date, null, 0);
        if (DicomTime.Time(clock.Text) is not { } time)
        {
            scope.Note(Findings.BadTime, clock.Row, Scope.Raw(clock.Text));
            return new Moment(date, null, 0);
        }

        return Zoned(scope, study, clock.Row, date, time, zone);
    }

    static Moment Zoned(Scope scope, StudyContext study, TagRow row, DateOnly date, TimeOnly time, string zone)
    {
        if (DicomTime.Zone(zone) is { } stated) return new Moment(date, time, stated);
        if (zone.Length > 0) scope.Note(Findings.BadZone, TagMap.TimezoneOffset, Scope.Raw(zone));
        var moment = DicomTime.Local(date, time, study.Options.TimeZone, out var changed);
        if (changed) scope.Note(Findings.ClockChange, row, moment.Text, FindingSeverity.Information);
        return moment;
    }

    static (string Day, string Clock, string Zone) Take(string dateTime)
    {
        var sign = dateTime.IndexOfAny(['+', '-']);
        var local = sign < 0 ? dateTime : dateTime[..sign];
        var zone = sign < 0 ? "" : dateTime[sign..];
        return local.Length <= 8 ? (local, "", zone) : (local[..8], local[8..], zone);
    }

    static string First(string? value) => value is null ? "" : FhirText.Clean(value.Split('\\')[0]);
}
