using System.Globalization;

namespace Dicom2Fhir.Load;

/// <summary>The content tree of a CT radiation dose report (PS3.16 TID 10011): what the scanner gave in total and in each irradiation event.</summary>
static class SampleDoseReport
{
    const uint Content = 0x0040A730;

    /// <param name="Voltage">kV.</param>
    /// <param name="Ctdi">mGy.</param>
    /// <param name="Dlp">mGy.cm.</param>
    public sealed record Event(string Uid, decimal Voltage, decimal Ctdi, decimal Dlp);

    public static Part10Writer Fill(Part10Writer report, IReadOnlyList<Event> events)
    {
        Name(report, "113701", "X-Ray Radiation Dose Report");
        return report.Set(0x0040A040, "CS", "CONTAINER").Set(0x0040A050, "CS", "SEPARATE").SetItems(
            Content,
            [
                Container(report, "113811", "CT Accumulated Dose Data", Number(report, "113813", "CT Dose Length Product Total", events.Sum(one => one.Dlp), "mGy.cm")),
                .. events.Select(one => OfEvent(report, one)),
            ]);
    }

    static Part10Writer OfEvent(Part10Writer report, Event one) => Container(
        report, "113819", "CT Acquisition",
        Item(report, "UIDREF", "113769", "Irradiation Event UID").Set(0x0040A124, "UI", one.Uid),
        Container(
            report, "113822", "CT Acquisition Parameters",
            Container(report, "113831", "CT X-Ray Source Parameters", Number(report, "113733", "KVP", one.Voltage, "kV"))),
        Container(
            report, "113829", "CT Dose",
            Number(report, "113830", "Mean CTDIvol", one.Ctdi, "mGy"), Number(report, "113838", "DLP", one.Dlp, "mGy.cm")));

    static Part10Writer Container(Part10Writer report, string code, string meaning, params Part10Writer[] items) =>
        Item(report, "CONTAINER", code, meaning).Set(0x0040A050, "CS", "SEPARATE").SetItems(Content, items);

    static Part10Writer Number(Part10Writer report, string code, string meaning, decimal value, string unit) =>
        Item(report, "NUM", code, meaning).SetItems(
            0x0040A300,
            report.Item().Set(0x0040A30A, "DS", value.ToString(CultureInfo.InvariantCulture)).SetItems(0x004008EA, Code(report, unit, "UCUM", unit)));

    static Part10Writer Item(Part10Writer report, string type, string code, string meaning) =>
        Name(report.Item().Set(0x0040A010, "CS", "CONTAINS").Set(0x0040A040, "CS", type), code, meaning);

    static Part10Writer Name(Part10Writer item, string code, string meaning) => item.SetItems(0x0040A043, Code(item, code, "DCM", meaning));

    static Part10Writer Code(Part10Writer report, string code, string scheme, string meaning) =>
        report.Item().Set(0x00080100, "SH", code).Set(0x00080102, "SH", scheme).Set(0x00080104, "LO", meaning);
}
