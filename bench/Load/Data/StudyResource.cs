using System.Globalization;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Load.Data;

/// <summary>
/// A made study as the MII module writes it. Built here and not by the mapping, so that a figure or a count does not move when the mapping does.
/// </summary>
/// <param name="instances">Lists every instance with its details; else only the counts.</param>
sealed class StudyResource(StudySource source, bool instances)
{
    const string Mii = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/";
    const string Profile = Mii + "StructureDefinition/mii-pr-bildgebung-bildgebungsstudie|2026.0.0";
    const string Dcm = "http://dicom.nema.org/resources/ontology/DCM";
    const string Sct = "http://snomed.info/sct";
    const string Ucum = "http://unitsofmeasure.org";

    // With every instance listed the study stays near the 150 instances of the published case; the counts say what is listed.
    const int MostListed = 70;

    /// <summary>Instances of a series as the resource counts them.</summary>
    public int Listed(MadeSeries series) => instances ? Math.Min(series.Instances, MostListed) : series.Instances;

    /// <summary>The zone of the made local times.</summary>
    public static TimeZoneInfo Zone { get; } = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    static readonly Dictionary<string, Coding> Sides = new()
    {
        ["R"] = new(Sct, "24028007", "Right"), ["L"] = new(Sct, "7771000", "Left"), ["B"] = new(Sct, "51440002", "Bilateral"),
    };

    public ImagingStudy Of(MadeStudy study)
    {
        var offset = study is { Day: { } day, Clock: { } clock } ? Zone.GetUtcOffset(day.ToDateTime(clock)) : default;
        return new ImagingStudy
        {
            Id = study.Id,
            Meta = new() { Profile = [Profile] },
            Identifier = [new("urn:dicom:uid", "urn:oid:" + study.Uid)],
            Status = ImagingStudy.ImagingStudyStatus.Available,
            Modality = [.. study.Series.Select(series => series.Modality).Distinct().Order(StringComparer.Ordinal).Select(code => new Coding(Dcm, code))],
            Subject = new("Patient/" + study.PatientId),
            StartedElement = Start(study, offset, 0),
            NumberOfSeries = study.Series.Count,
            NumberOfInstances = study.Series.Sum(Listed),
            Description = study.Description,
            Series = [.. study.Series.Select(series => Series(study, series, offset))],
        };
    }

    ImagingStudy.SeriesComponent Series(MadeStudy study, MadeSeries series, TimeSpan offset) => new()
    {
        Uid = series.Uid,
        Number = series.Number,
        Modality = new(Dcm, series.Modality),
        Description = series.Description,
        NumberOfInstances = Listed(series),
        BodySite = series.Site is { } site ? new(Sct, site.Code, site.Display) : null,
        Laterality = series.Side is { } side ? (Coding)Sides[side].DeepCopy() : null,
        StartedElement = Start(study, offset, series.Number),
        Performer = [new() { Actor = new($"Device/{series.Modality}-{series.Device}") }],
        Extension = [.. Extensions(series)],
        Instance = instances ? [.. Enumerable.Range(1, Listed(series)).Select(number => Instance(study, series, number))] : [],
    };

    static IEnumerable<Extension> Extensions(MadeSeries series)
    {
        var technique = series.Technique;
        var parts = series.Modality switch
        {
            "CT" => Parts(
                "modalitaet-ct", ("CTDIvol", Quantity(technique.Dose, "milligray", "mGy")), ("KVP", Quantity(technique.Kvp, "kilovolt", "kV")),
                ("exposureTime", Quantity(technique.ExposureTime, "milliseconds", "ms")), ("xRayTubeCurrent", Quantity(technique.Current, "milliampere", "mA")),
                ("convolutionalKernel", technique.Kernel is { } kernel ? new FhirString(kernel) : null)),
            "MR" => Parts(
                "modalitaet-mr", ("magneticFieldStrength", Quantity(technique.Field, "tesla", "T")), ("echoTime", Quantity(technique.EchoTime, "milliseconds", "ms")),
                ("repetitionTime", Quantity(technique.RepetitionTime, "milliseconds", "ms")), ("flipAngle", Quantity(technique.FlipAngle, "plane angle degree", "deg"))),
            "CR" or "DX" or "MG" => Parts(
                "modalitaet-mg-cr-dx", ("KVP", Quantity(technique.Kvp, "kilovolt", "kV")), ("exposureTime", Quantity(technique.ExposureTime, "milliseconds", "ms")),
                ("xRayTubeCurrent", Quantity(technique.Current, "milliampere", "mA"))),
            _ => null,
        };
        if (parts is not null) yield return parts;
        if (series.Contrast is { } given) yield return Parts("kontrastmittel", ("contrastBolus", new FhirBoolean(given)))!;
    }

    ImagingStudy.InstanceComponent Instance(MadeStudy study, MadeSeries series, int number)
    {
        var instance = new ImagingStudy.InstanceComponent
        {
            Uid = source.InstanceUid(study, series, number), Number = number, SopClass = new("urn:ietf:rfc:3986", "urn:oid:" + SopClasses.Of(series.Modality)),
        };
        if (Parts("instanz-details", ("sliceThickness", Quantity(series.Technique.SliceThickness, "millimeter", "mm")), ("burnedInAnnotation", new FhirBoolean(false))) is { } details)
        {
            instance.Extension.Add(details);
        }

        return instance;
    }

    // Each series starts three minutes after the one before.
    static FhirDateTime? Start(MadeStudy study, TimeSpan offset, int series)
    {
        if (study.Day is not { } day) return null;
        if (study.Clock is not { } clock) return new FhirDateTime(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        var local = SeriesStart(day, clock, series);
        return new FhirDateTime(new DateTimeOffset(local, offset).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
    }

    /// <summary>Local start of a series (0: of the study), kept within the day so that day and offset are the study's.</summary>
    internal static DateTime SeriesStart(DateOnly day, TimeOnly clock, int series)
    {
        var start = day.ToDateTime(clock).AddMinutes(3 * series);
        return start.Day == day.Day && (start.Hour < 2 || clock.Hour >= 2) ? start : day.ToDateTime(clock);
    }

    static Quantity? Quantity(decimal? value, string unit, string code) => value is null ? null : new() { Value = value, Unit = unit, System = Ucum, Code = code };

    static Extension? Parts(string name, params ReadOnlySpan<(string Url, DataType? Value)> parts)
    {
        Extension? extension = null;
        foreach (var (url, value) in parts)
        {
            if (value is null) continue;
            extension ??= new Extension { Url = Mii + "StructureDefinition/mii-ex-bildgebung-" + name };
            extension.Extension.Add(new Extension(url, value));
        }

        return extension;
    }
}
