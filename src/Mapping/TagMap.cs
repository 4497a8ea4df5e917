using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.Mapping;

/// <summary>THE tag table: read set, mapper, docs/mapping.md and the completeness report follow from it.</summary>
public static class TagMap
{
    static readonly List<TagRow> Rows = [];

    // Identity of study, series and instance
    public static TagRow StudyInstanceUid { get; } = Row(
        "0020,000D", "StudyInstanceUID", TagLevel.Study, Privacy.Uid, "identifier", StudyElements.Identifier,
        absent: "quarantined no-study-uid; non-patient objects skipped no-study");
    public static TagRow SeriesInstanceUid { get; } = Row(
        "0020,000E", "SeriesInstanceUID", TagLevel.Series, Privacy.Uid, "series.uid", SeriesElements.Uid,
        absent: "quarantined no-series-uid");
    public static TagRow SopInstanceUid { get; } = Row(
        "0008,0018", "SOPInstanceUID", TagLevel.Instance, Privacy.Uid, "series.instance.uid", InstanceElements.Uid,
        absent: "quarantined no-sop-uid");
    public static TagRow SopClassUid { get; } = Row(
        "0008,0016", "SOPClassUID", TagLevel.Instance, Privacy.Keep, "series.instance.sopClass", InstanceElements.SopClass,
        absent: "instance counted, not listed");
    public static TagRow FirstDirectoryRecord { get; } = Read(
        "0004,1200", "OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity", TagLevel.Instance, Privacy.Keep,
        "marks a media directory (PS3.3 F.3.2.2), which is skipped");

    // The patient: pseudonym, and what the scrubber removes from texts
    public static TagRow PatientId { get; } = Row(
        "0010,0020", "PatientID", TagLevel.Study, Privacy.PatientId, "subject", StudyElements.Subject, absent: "quarantined no-patient-id",
        reading: Reading.Whole);
    public static TagRow IssuerOfPatientId { get; } = Read(
        "0010,0021", "IssuerOfPatientID", TagLevel.Study, Privacy.PatientIdIssuer, "part of the pseudonym's input");
    public static TagRow PatientName { get; } = Scrub("0010,0010", "PatientName");
    public static TagRow PatientBirthDate { get; } = Scrub("0010,0030", "PatientBirthDate");
    public static TagRow OtherPatientIds { get; } = Scrub("0010,1000", "OtherPatientIDs");
    public static TagRow OtherPatientNames { get; } = Scrub("0010,1001", "OtherPatientNames");
    public static TagRow PatientBirthName { get; } = Scrub("0010,1005", "PatientBirthName");
    public static TagRow PatientMotherBirthName { get; } = Scrub("0010,1060", "PatientMotherBirthName");
    public static TagRow OtherPatientIdsSequence { get; } = Scrub("0010,1002>0010,0020", "OtherPatientIDsSequence.PatientID");
    public static TagRow ReferringPhysicianName { get; } = Scrub("0008,0090", "ReferringPhysicianName");
    public static TagRow PhysiciansOfRecord { get; } = Scrub("0008,1048", "PhysiciansOfRecord");
    public static TagRow PerformingPhysicianName { get; } = Scrub("0008,1050", "PerformingPhysicianName");
    public static TagRow NameOfPhysiciansReadingStudy { get; } = Scrub("0008,1060", "NameOfPhysiciansReadingStudy");
    public static TagRow OperatorsName { get; } = Scrub("0008,1070", "OperatorsName");
    public static TagRow RequestingPhysician { get; } = Scrub("0032,1032", "RequestingPhysician");
    public static TagRow AdmissionId { get; } = Scrub("0038,0010", "AdmissionID");

    // Study
    public static TagRow AccessionNumber { get; } = Row(
        "0008,0050", "AccessionNumber", TagLevel.Study, Privacy.Accession, "identifier", StudyElements.Accession,
        absent: "identifier absent", reading: Reading.Whole);
    public static TagRow StudyDate { get; } = Row(
        "0008,0020", "StudyDate", TagLevel.Study, Privacy.Keep, "started", StudyElements.Started,
        absent: "the earliest start of a series; else absent");
    public static TagRow StudyTime { get; } = Read("0008,0030", "StudyTime", TagLevel.Study, Privacy.Keep, "part of started", "started");
    public static TagRow TimezoneOffset { get; } = Read(
        "0008,0201", "TimezoneOffsetFromUTC", TagLevel.Instance, Privacy.Keep, "offset of every time of the instance",
        "started, series.started");
    public static TagRow StudyDescription { get; } = Row(
        "0008,1030", "StudyDescription", TagLevel.Study, Privacy.Text, "description", StudyElements.Description);

    // Series
    public static TagRow Modality { get; } = Row(
        "0008,0060", "Modality", TagLevel.Series, Privacy.Keep, "series.modality, modality", SeriesElements.Modality,
        absent: "OT, finding missing");
    public static TagRow SeriesNumber { get; } = Row(
        "0020,0011", "SeriesNumber", TagLevel.Series, Privacy.Keep, "series.number", SeriesElements.Number);
    public static TagRow SeriesDescription { get; } = Row(
        "0008,103E", "SeriesDescription", TagLevel.Series, Privacy.Text, "series.description", SeriesElements.Description);
    public static TagRow ProtocolName { get; } = Read(
        "0018,1030", "ProtocolName", TagLevel.Series, Privacy.Text, "stands in for (0008,103E)", "series.description");
    public static TagRow SeriesDate { get; } = Row(
        "0008,0021", "SeriesDate", TagLevel.Series, Privacy.Keep, "series.started", SeriesElements.Started);
    public static TagRow SeriesTime { get; } = Read(
        "0008,0031", "SeriesTime", TagLevel.Series, Privacy.Keep, "part of series.started", "series.started");
    public static TagRow AcquisitionDate { get; } = Read(
        "0008,0022", "AcquisitionDate", TagLevel.Series, Privacy.Keep, "stands in for (0008,0021)", "series.started");
    public static TagRow AcquisitionTime { get; } = Read(
        "0008,0032", "AcquisitionTime", TagLevel.Series, Privacy.Keep, "stands in for (0008,0031)", "series.started");
    public static TagRow AcquisitionDateTime { get; } = Read(
        "0008,002A", "AcquisitionDateTime", TagLevel.Series, Privacy.Keep, "stands in for (0008,0022) and (0008,0032)", "series.started");
    public static TagRow BodyPartExamined { get; } = Row(
        "0018,0015", "BodyPartExamined", TagLevel.Series, Privacy.Keep, "series.bodySite", SeriesElements.BodySite);
    public static TagRow AnatomicRegionCode { get; } = Read(
        "0008,2218>0008,0100", "AnatomicRegionSequence.CodeValue", TagLevel.Series, Privacy.Keep, "preferred to (0018,0015)",
        "series.bodySite");
    public static TagRow AnatomicRegionScheme { get; } = Read(
        "0008,2218>0008,0102", "AnatomicRegionSequence.CodingSchemeDesignator", TagLevel.Series, Privacy.Keep, "scheme of the code",
        "series.bodySite");
    public static TagRow Laterality { get; } = Row(
        "0020,0060", "Laterality", TagLevel.Series, Privacy.Keep, "series.laterality", SeriesElements.Laterality);
    public static TagRow ImageLaterality { get; } = Read(
        "0020,0062", "ImageLaterality", TagLevel.Instance, Privacy.Keep, "preferred to (0020,0060)", "series.laterality");
    public static TagRow AnatomicModifierCode { get; } = Read(
        "0008,2218>0008,2220>0008,0100", "AnatomicRegionSequence.AnatomicRegionModifierSequence.CodeValue", TagLevel.Series, Privacy.Keep,
        "used when both lateralities are absent", "series.laterality");
    public static TagRow AnatomicModifierScheme { get; } = Read(
        "0008,2218>0008,2220>0008,0102", "AnatomicRegionSequence.AnatomicRegionModifierSequence.CodingSchemeDesignator", TagLevel.Series,
        Privacy.Keep, "scheme of the code", "series.laterality");

    // Contrast agent
    public static TagRow ContrastBolusAgent { get; } = Row(
        "0018,0010", "ContrastBolusAgent", TagLevel.Series, Privacy.Text, "series.extension", SeriesElements.ContrastGiven,
        "mii-ex-bildgebung-kontrastmittel", "extension absent: unknown, not false");
    public static TagRow ContrastBolusAgentSequence { get; } = Read(
        "0018,0012", "ContrastBolusAgentSequence", TagLevel.Series, Privacy.Keep, "an item says: given", "series.extension",
        "mii-ex-bildgebung-kontrastmittel", Reading.ItemCount);
    public static TagRow ContrastBolusVolume { get; } = Read(
        "0018,1041", "ContrastBolusVolume", TagLevel.Series, Privacy.Keep, "above 0 says: given", "series.extension",
        "mii-ex-bildgebung-kontrastmittel");
    public static TagRow ContrastBolusStartTime { get; } = Read(
        "0018,1042", "ContrastBolusStartTime", TagLevel.Series, Privacy.Keep, "a value says: given", "series.extension",
        "mii-ex-bildgebung-kontrastmittel");
    public static TagRow ContrastBolusTotalDose { get; } = Read(
        "0018,1044", "ContrastBolusTotalDose", TagLevel.Series, Privacy.Keep, "above 0 says: given", "series.extension",
        "mii-ex-bildgebung-kontrastmittel");
    public static TagRow ContrastBolusIngredient { get; } = Read(
        "0018,1048", "ContrastBolusIngredient", TagLevel.Series, Privacy.Keep, "a value says: given", "series.extension",
        "mii-ex-bildgebung-kontrastmittel");

    // Device
    public static TagRow Manufacturer { get; } = Row(
        "0008,0070", "Manufacturer", TagLevel.Series, Privacy.Keep, "series.performer.actor, Device.manufacturer", SeriesElements.Performer,
        "mii-pr-bildgebung-geraet", "no Device without manufacturer and model");
    public static TagRow ManufacturerModelName { get; } = Read(
        "0008,1090", "ManufacturerModelName", TagLevel.Series, Privacy.Keep, "name of type model-name", "Device.deviceName",
        "mii-pr-bildgebung-geraet");
    public static TagRow DeviceSerialNumber { get; } = Read(
        "0018,1000", "DeviceSerialNumber", TagLevel.Series, Privacy.Device, "part of the Device's id", "Device.serialNumber",
        "mii-pr-bildgebung-geraet");
    public static TagRow StationName { get; } = Read(
        "0008,1010", "StationName", TagLevel.Series, Privacy.Device, "name of type user-friendly-name when there is no serial number",
        "Device.deviceName", "mii-pr-bildgebung-geraet");
    public static TagRow SoftwareVersions { get; } = Read(
        "0018,1020", "SoftwareVersions", TagLevel.Series, Privacy.Keep, "kept for the report");

    // Instance
    public static TagRow InstanceNumber { get; } = Row(
        "0020,0013", "InstanceNumber", TagLevel.Instance, Privacy.Keep, "series.instance.number", InstanceElements.Number);

    /// <summary>All rows by index. Stands after them: static members initialise in text order.</summary>
    public static IReadOnlyList<TagRow> All { get; } = [.. Rows];

    /// <summary>All rows in ordinal order of their paths' text: the order of what is kept and hashed, whatever the table's order is.</summary>
    internal static IReadOnlyList<TagRow> ByPath { get; } = [.. All.OrderBy(row => row.PathText, StringComparer.Ordinal)];

    /// <summary>What the readers keep.</summary>
    public static ReadSet ReadSet { get; } = ReadSet.Of(All.Select(row => row.Path));

    /// <summary>
    /// The attributes of one file, values as in the header; the UIDs without padding. A data set that is no instance of a patient's study gives its
    /// reason instead (<see cref="ExtractReasons"/>).
    /// </summary>
    public static ExtractResult Extract(DataSet dataSet) => Extraction.Run(dataSet);

    /// <summary>A row that leads an element.</summary>
    static TagRow Row(
        string path, string keyword, TagLevel level, Privacy privacy, string target, Conversion conversion, string element = "",
        string absent = "element absent", Reading? reading = null)
    {
        var row = new TagRow(Rows.Count, keyword, TagPath.Parse(path), level, privacy)
        {
            Target = target, Element = element, Conversion = conversion, WhenAbsent = absent, Reading = reading ?? Reading.Values,
        };
        Rows.Add(row);
        return row;
    }

    /// <summary>A row that another row's conversion reads, or that is only kept.</summary>
    static TagRow Read(
        string path, string keyword, TagLevel level, Privacy privacy, string text, string target = "", string element = "", Reading? reading = null) =>
        Row(path, keyword, level, privacy, target, new Conversion.None(text), element, "not used", reading);

    /// <summary>A row whose value is removed from texts and never kept.</summary>
    static TagRow Scrub(string path, string keyword) =>
        Read(path, keyword, TagLevel.Study, Privacy.ScrubberOnly, "removed from texts, never kept", reading: Reading.Whole);
}
