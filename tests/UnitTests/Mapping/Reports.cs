using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.UnitTests.Mapping;

/// <summary>Content trees of radiation dose reports (PS3.16 TID 10001, 10011).</summary>
static class Reports
{
    public static Element[] Ct(string? total, string unit, params (string Uid, string? Ctdi, string? Dlp)[] events) =>
    [
        Name("113701"),
        Build.Sequence("0040,A730", [.. Accumulated(total, unit), .. events.Select(one => Event(one.Uid, one.Ctdi, one.Dlp, unit))]),
    ];

    /// <summary>Events whose sources stand as PS3.16 TID 10013 puts them: in the acquisition parameters, one container a source.</summary>
    public static Element[] WithVoltages(params (string Uid, string[] Voltages)[] events) =>
    [
        Name("113701"),
        Build.Sequence("0040,A730", [.. events.Select(one => Container(
            "113819", EventUid(one.Uid), Container("113822", [.. one.Voltages.Select(voltage => Container("113831", Number("113733", voltage, "kV")))])))]),
    ];

    public static Element[] Projection(params (string Plane, string Area, string AreaUnit, string Point, string PointUnit)[] planes) =>
    [
        Name("113701"),
        Build.Sequence("0040,A730", [.. planes.Select(one => Container("113702", Coded("113764", one.Plane), Number("113722", one.Area, one.AreaUnit), Number("113725", one.Point, one.PointUnit)))]),
    ];

    /// <summary>Administrations of radiopharmaceuticals (PS3.16 TID 10021).</summary>
    public static Element[] Administered(params (string Activity, string Unit)[] administrations) =>
        [Name("113500"), Build.Sequence("0040,A730", [.. administrations.Select(one => Container("113502", Number("113507", one.Activity, one.Unit)))])];

    static IEnumerable<DataSet> Accumulated(string? total, string unit) => total is null ? [] : [Container("113811", Number("113813", total, unit))];

    static DataSet Event(string uid, string? ctdi, string? dlp, string unit)
    {
        List<DataSet> dose = [];
        if (ctdi is not null) dose.Add(Number("113830", ctdi, "mGy"));
        if (dlp is not null) dose.Add(Number("113838", dlp, unit));
        return Container("113819", EventUid(uid), Container("113829", [.. dose]));
    }

    static DataSet EventUid(string uid) => Build.DataSet(Name("113769"), Build.Element("0040,A124", "UI", uid));

    static DataSet Container(string concept, params DataSet[] items) => Build.DataSet(Name(concept), Build.Sequence("0040,A730", items));

    static DataSet Coded(string concept, string code) => Build.DataSet(Name(concept), Build.Sequence("0040,A168", Build.DataSet(Build.Element("0008,0100", "SH", code))));

    static DataSet Number(string concept, string value, string unit) => Build.DataSet(
        Name(concept),
        Build.Sequence("0040,A300", Build.DataSet(
            Build.Element("0040,A30A", "DS", value), Build.Sequence("0040,08EA", Build.DataSet(Build.Element("0008,0100", "SH", unit))))));

    static Element Name(string code) => Build.Sequence("0040,A043", Build.DataSet(Build.Element("0008,0100", "SH", code)));
}
