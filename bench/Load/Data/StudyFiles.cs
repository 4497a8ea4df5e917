using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Load.Data;

/// <summary>A made study as header-only Part 10 files, filled to a size.</summary>
/// <param name="instancesOfSeries">Files a series at most.</param>
/// <param name="bytes">Size of a file: a private element fills what is missing (real headers have 3-5 kB; 0 for the smallest).</param>
sealed class StudyFiles(StudySource source, int instancesOfSeries, int bytes)
{
    /// <summary>Relative path and bytes of every file.</summary>
    public IEnumerable<(string Path, byte[] Content)> Of(MadeStudy study)
    {
        foreach (var series in study.Series)
        {
            for (var number = 1; number <= Math.Min(series.Instances, instancesOfSeries); number++)
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"{study.Index / 1000:0000}/{study.Index:00000000}/{series.Number:00}-{number:0000}.dcm");
                yield return (path, File(study, series, number));
            }
        }
    }

    byte[] File(MadeStudy study, MadeSeries series, int number)
    {
        var smallest = Writer(study, series, number).ToFile();
        const int header = 8 + 8 + 12;      // creator, its text, the element itself
        if (smallest.Length + header >= bytes) return smallest;
        return Writer(study, series, number).Set(0x00E10010, "LO", "FILLER").SetBytes(0x00E11001, "UN", new byte[(bytes - smallest.Length - header) & ~1]).ToFile();
    }

    Part10Writer Writer(MadeStudy study, MadeSeries series, int number)
    {
        string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        var day = study.Day?.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        string? Time(int started) => study is { Day: { } date, Clock: { } clock }
            ? StudyResource.SeriesStart(date, clock, started).ToString("HHmmss", CultureInfo.InvariantCulture)
            : null;
        var writer = new Part10Writer(isExplicit: study.Index % 4 != 1, Encoding.UTF8)
            .Set(0x00080005, "CS", "ISO_IR 192")
            .Set(0x00080016, "UI", SopClasses.Of(series.Modality))
            .Set(0x00080018, "UI", source.InstanceUid(study, series, number))
            .Set(0x00080020, "DA", day).Set(0x00080021, "DA", day).Set(0x00080030, "TM", Time(0)).Set(0x00080031, "TM", Time(series.Number))
            .Set(0x00080050, "SH", Text($"A{study.Index}"))
            .Set(0x00080060, "CS", series.ModalityText ?? series.Modality)
            .Set(0x00080070, "LO", "Beispiel Medizintechnik").Set(0x00081090, "LO", $"Alpha {series.Modality}")
            .Set(0x00181000, "LO", Text($"SN-{series.Modality}-{series.Device}"))
            .Set(0x00081030, "LO", study.Description).Set(0x0008103E, "LO", series.Description)
            .Set(0x00100010, "PN", Text($"Muster^{study.Patient}")).Set(0x00100020, "LO", Text($"BENCH-{study.Patient}"))
            .Set(0x00180010, "LO", series.Contrast switch { true => "Imeron 350", false => "NATIV", null => null })
            .Set(0x00180015, "CS", series.Site?.Term ?? series.SiteText)
            .Set(0x0020000D, "UI", study.Uid).Set(0x0020000E, "UI", series.Uid)
            .Set(0x00200011, "IS", Text($"{series.Number}")).Set(0x00200013, "IS", Text($"{number}"))
            .Set(0x00200060, "CS", series.Side);
        return Values(writer, series);
    }

    static Part10Writer Values(Part10Writer writer, MadeSeries series)
    {
        static string? Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture);
        var technique = series.Technique;
        writer.Set(0x00180050, "DS", Text(technique.SliceThickness)).Set(0x00180060, "DS", Text(technique.Kvp)).Set(0x00180080, "DS", Text(technique.RepetitionTime))
            .Set(0x00180081, "DS", Text(technique.EchoTime)).Set(0x00180087, "DS", Text(technique.Field)).Set(0x00181150, "IS", Text(technique.ExposureTime))
            .Set(0x00181151, "IS", Text(technique.Current)).Set(0x00181210, "SH", technique.Kernel).Set(0x00181314, "DS", Text(technique.FlipAngle));
        if (technique.Dose is { } dose) writer.SetNumber(0x00189345, "FD", (double)dose);
        return writer;
    }
}
