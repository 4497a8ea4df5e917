namespace Dicom2Fhir.Mapping;

/// <summary>Times of the scanner's clock, without zone: differences of two of them need none.</summary>
static class Acquisition
{
    /// <summary>The earliest acquisition of the instances: (0008,0022) with (0008,0032), else (0008,002A), else the series' date and time.</summary>
    public static DateTime? Start(Scope scope) =>
        scope.Instances.Select(instance =>
                Local(instance[TagMap.AcquisitionDate] ?? instance[TagMap.SeriesDate] ?? instance[TagMap.StudyDate], instance[TagMap.AcquisitionTime])
                ?? Local(instance[TagMap.AcquisitionDateTime] ?? "")
                ?? Local(instance[TagMap.SeriesDate], instance[TagMap.SeriesTime]))
            .Min();

    /// <summary>Date and time of two attributes; null without either.</summary>
    public static DateTime? Local(string? day, string? clock) =>
        DicomTime.Date(First(day)) is { } date && DicomTime.Time(First(clock)) is { } time ? date.ToDateTime(time) : null;

    /// <summary>A DT value as its local clock showed it; its offset is left out.</summary>
    public static DateTime? Local(string dateTime)
    {
        var text = First(dateTime);
        var sign = text.IndexOfAny(['+', '-']);
        var local = sign < 0 ? text : text[..sign];
        return local.Length > 8 ? Local(local[..8], local[8..]) : null;
    }

    static string First(string? value) => value is null ? "" : FhirText.Clean(value.Split('\\')[0]);
}
