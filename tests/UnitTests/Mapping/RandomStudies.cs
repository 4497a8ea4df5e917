using System.Globalization;
using Dicom2Fhir.Mapping;
using FsCheck;
using FsCheck.Fluent;

namespace Dicom2Fhir.UnitTests.Mapping;

/// <summary>Random instances: values that occur, values that nearly occur, and any text.</summary>
static class RandomStudies
{
    static readonly Dictionary<TagRow, string[]> Plausible = new()
    {
        [TagMap.Modality] = ["CT", "MR", "mr", "SC", "", "US\\CT", "PT", "NM", "MG"],
        [TagMap.SeriesNumber] = ["1", "2", "-1", "3.0", "x", "99999999999"],
        [TagMap.InstanceNumber] = ["1", "2", "3", "10", "-5", "1,5"],
        [TagMap.StudyDate] = ["20040826", "2004.08.26", "20040230", "99991231", "00010101"],
        [TagMap.StudyTime] = ["185059", "1850", "18", "18:50:59", "240000", "235960", "185059.123456", "185059."],
        [TagMap.SeriesDate] = ["20250330", "20251026", "garbage", "19000101"],
        [TagMap.SeriesTime] = ["023000", "0230", "020000.5", "7"],
        [TagMap.AcquisitionDateTime] = ["20040826185059.123456+0200", "20040826", "2004", "20040826185059-0400"],
        [TagMap.TimezoneOffset] = ["+0200", "-0500", "UTC-04:00", "+1500", "-0030"],
        [TagMap.BodyPartExamined] = ["CHEST", "ABDOMEN", "PELVIS", "KNEE", "Schädel", "UNKNOWN", "XYZ", "CHEST\\ABDOMEN"],
        [TagMap.AnatomicRegionCode] = ["T-D4000", "69536005", "69536006", "\\80891009"],
        [TagMap.AnatomicRegionScheme] = ["SRT", "SCT", "99X", "SCT\\SCT"],
        [TagMap.Laterality] = ["R", "L", "B", "U", "X", ""],
        [TagMap.ImageLaterality] = ["R", "L", "B", "U"],
        [TagMap.ContrastBolusAgent] = ["", "NONE", "Omnipaque", "none", "100 ml Ultravist"],
        [TagMap.ContrastBolusAgentSequence] = ["", "1"],
        [TagMap.ContrastBolusVolume] = ["0", "80", "NaN", "1e400"],
        [TagMap.Manufacturer] = ["SIEMENS", "Siemens ", "GE|MEDICAL"],
        [TagMap.ManufacturerModelName] = ["Vida", "VIDA", ""],
        [TagMap.DeviceSerialNumber] = ["1", "2"],
        [TagMap.SopClassUid] = ["1.2.840.10008.5.1.4.1.1.2", "", "x"],
        [TagMap.StudyDescription] = ["MRT Schädel", "CT Thorax"],
        [TagMap.SeriesDescription] = ["Thorax nativ", "Abdomen mit KM", "Knie li", "axial"],
        [TagMap.ContrastBolusStartTime] = ["101500", "235900", "10", "x"],
        [TagMap.ContrastAgentCode.Code] = ["109218004", "C-B0322", "1\\2"],
        [TagMap.ContrastAgentCode.Scheme] = ["SCT", "SRT", "99X\\SCT"],
        [TagMap.ContrastAgentCode.Meaning] = ["Iohexol", "Iodine\\Air", ""],
        [TagMap.ContrastAdministered] = ["YES", "NO", "NO\\YES"],
        [TagMap.Kvp] = ["120", "120.0", "0", "-5", Reading.Varied],
        [TagMap.Exposure] = ["0", "90", "x"],
        [TagMap.ExposureInUas] = ["450", ""],
        [TagMap.FieldStrength] = ["1.5", "15000", "16.45"],
        [TagMap.ScanningSequence] = ["SE", "SE\\IR", "XX", ""],
        [TagMap.EchoPulseSequence] = ["SPIN", "GRADIENT"],
        [TagMap.ImageType] = ["ORIGINAL\\PRIMARY\\AXIAL", "DERIVED\\SECONDARY", "X"],
        [TagMap.PixelSpacing] = ["0.5\\0.7", "0.5", "0\\1"],
        [TagMap.SliceThickness] = ["5", "5.0", "3", "1e400"],
        [TagMap.PatientWeight] = ["80", "0", "900"],
        [TagMap.PatientSize] = ["1.8", "180"],
        [TagMap.IrradiationEventUid] = ["1.9.1", "1.9.2"],
        [TagMap.DoseEventUid] = ["1.9.1", "1.9.1\\1.9.2"],
        [TagMap.DoseEventValues] = ["5 mGy^100 mGycm", "5 mGy^100 mGycm\\9 Gy^", "x"],
        [TagMap.DoseEventVoltages] = ["120 kV", "120 kV^80 kV\\100 kV", "x"],
        [TagMap.DoseTotals] = ["113813^100 mGy.cm", "113722^1 Gym2\\113725^2 mGy", "113813^1 kg"],
        [TagMap.ProcedureCode.Code] = ["P5-09051", "24627-2", "X Y"],
        [TagMap.ProcedureCode.Scheme] = ["SRT", "LN", "99X"],
        [TagMap.ReasonForRequest] = ["Staging", "###", "A\\B"],
    };

    static readonly Gen<string?> AnyText = ArbMap.Default.GeneratorFor<string>().Select(text => (string?)text);

    static readonly HashSet<TagRow> Fixed = [TagMap.StudyInstanceUid, TagMap.SeriesInstanceUid, TagMap.SopInstanceUid, TagMap.PatientId];

    /// <summary>A study of one to three series and up to eight instances; no SOP UID twice.</summary>
    public static Gen<InstanceAttributes[]> Study { get; } =
        from size in Gen.Choose(1, 8)
        from instances in Gen.CollectToArray(Enumerable.Range(1, size), Instance)
        select instances;

    public static Gen<SeriesAttributes> Series { get; } = Study.Select(study => SeriesAttributes.Of(study.Select(InOneSeries)));

    static Gen<InstanceAttributes> Instance(int number) =>
        from series in Gen.Choose(1, 3)
        from values in Gen.CollectToArray(TagMap.All, Value)
        select Of($"1.2.3.{series}", "1.2.3.9." + number.ToString(CultureInfo.InvariantCulture), values);

    static Gen<string?> Value(TagRow row) =>
        Fixed.Contains(row) ? Gen.Constant((string?)null)
        : Plausible.TryGetValue(row, out var values)
            ? Gen.Frequency((6, Gen.Elements(values).Select(text => (string?)text)), (2, Gen.Constant((string?)null)), (1, AnyText))
            : Gen.Frequency((1, AnyText), (3, Gen.Constant((string?)null)));

    static InstanceAttributes Of(string series, string sop, string?[] values)
    {
        values[TagMap.PatientId.Index] = "p1";
        return new InstanceAttributes("1.2.3", series, sop, [.. values.Select(Encodable)]);
    }

    static InstanceAttributes InOneSeries(InstanceAttributes instance) => new("1.2.3", "1.2.3.1", instance.SopUid, instance.Values);

    /// <summary>The readers give no lone surrogates.</summary>
    static string? Encodable(string? text) => text is null ? null : System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
