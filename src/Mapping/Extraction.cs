using System.Buffers;
using System.Collections.Frozen;
using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.Mapping;

/// <summary>Takes the values of the tag table from a data set and decides whether it is an instance of a study.</summary>
static class Extraction
{
    /// <summary>A UID has at most 64 characters (PS3.5 section 9.1); FHIR ids have the same bound.</summary>
    const int LongestUid = 64;

    const string MediaStorageDirectory = "1.2.840.10008.1.3.10";

    static readonly Tag MediaStorageSopClass = new(0x0002, 0x0002);

    static readonly SearchValues<char> UidCharacters = SearchValues.Create("0123456789.");

    /// <summary>PS3.4 annex GG (Non-Patient Object Storage) with the protocols and the inventory: they belong to no study.</summary>
    static readonly FrozenSet<string> NonPatientObjects = FrozenSet.ToFrozenSet(
        [
            "1.2.840.10008.5.1.4.38.1", "1.2.840.10008.5.1.4.39.1", "1.2.840.10008.5.1.4.43.1", "1.2.840.10008.5.1.4.44.1",
            "1.2.840.10008.5.1.4.45.1", "1.2.840.10008.5.1.4.1.1.200.1", "1.2.840.10008.5.1.4.1.1.200.3", "1.2.840.10008.5.1.4.1.1.200.7",
            "1.2.840.10008.5.1.4.1.1.201.1",
        ],
        StringComparer.Ordinal);

    public static ExtractResult Run(DataSet data)
    {
        var sopClass = Uid(data, TagMap.SopClassUid);
        if (sopClass == MediaStorageDirectory || Clean(data.Value(MediaStorageSopClass)) == MediaStorageDirectory || HasDirectoryRecords(data))
            return new ExtractResult.Skipped(ExtractReasons.DicomDir, "a media directory, its files are read on their own");

        var values = new string?[TagMap.All.Count];
        foreach (var row in TagMap.All)
            values[row.Index] = IsIdentity(row) ? Uid(data, row) : row.Reading.Find(data, row);

        return Refusal(values, sopClass) ?? new ExtractResult.Instance(new InstanceAttributes(values));
    }

    static ExtractResult? Refusal(string?[] values, string? sopClass)
    {
        if (IsEmpty(values, TagMap.StudyInstanceUid) && sopClass is not null && NonPatientObjects.Contains(sopClass))
            return new ExtractResult.Skipped(ExtractReasons.NoStudy, "an object that belongs to no study");
        if (IsEmpty(values, TagMap.StudyInstanceUid)) return new ExtractResult.Refused(ExtractReasons.NoStudyUid, "no Study Instance UID");
        if (IsEmpty(values, TagMap.SeriesInstanceUid)) return new ExtractResult.Refused(ExtractReasons.NoSeriesUid, "no Series Instance UID");
        if (IsEmpty(values, TagMap.SopInstanceUid)) return new ExtractResult.Refused(ExtractReasons.NoSopUid, "no SOP Instance UID");
        foreach (var row in (TagRow[])[TagMap.StudyInstanceUid, TagMap.SeriesInstanceUid, TagMap.SopInstanceUid])
            if (!IsUid(values[row.Index]!)) return new ExtractResult.Refused(ExtractReasons.BadUid, row.Keyword + " is not a UID");

        return IsEmpty(values, TagMap.PatientId) ? new ExtractResult.Refused(ExtractReasons.NoPatientId, "no Patient ID") : null;
    }

    /// <summary>Digits and dots, at most 64; components with leading zeros occur in real archives and pass.</summary>
    public static bool IsUid(string text) =>
        text.Length is > 0 and <= LongestUid && !text.AsSpan().ContainsAnyExcept(UidCharacters) && text.AsSpan().ContainsAnyExcept('.');

    static bool IsIdentity(TagRow row) => row == TagMap.StudyInstanceUid || row == TagMap.SeriesInstanceUid || row == TagMap.SopInstanceUid;

    static bool HasDirectoryRecords(DataSet data) => data.Contains(TagMap.FirstDirectoryRecord.Path.Leaf);

    static bool IsEmpty(string?[] values, TagRow row) => string.IsNullOrEmpty(values[row.Index]);

    /// <summary>Several values stay joined by a backslash and so fail <see cref="IsUid"/>.</summary>
    static string? Uid(DataSet data, TagRow row) =>
        Reading.Whole.Read(data, row.Path) is { } text ? Clean(text) : null;

    /// <summary>NUL is the padding of UI (PS3.5 section 6.2); blanks and line ends are what some devices pad with.</summary>
    static string Clean(string? uid) => FhirText.Clean(uid).Trim('\\', ' ');
}
