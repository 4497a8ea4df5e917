using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Indexer;

/// <summary>What became of an input: exactly one of these (docs/error-codes.md).</summary>
static class Outcomes
{
    public const string Stored = "stored";
    public const string Updated = "updated";
    public const string Unchanged = "unchanged";
    public const string Skipped = "skipped";
    public const string Quarantined = "quarantined";

    /// <summary>In the order of reports.</summary>
    public static IReadOnlyList<string> All { get; } = [Stored, Updated, Unchanged, Skipped, Quarantined];

    /// <summary>Those of an input whose content is in the store.</summary>
    public static string[] Accepted { get; } = [Stored, Updated, Unchanged];
}

/// <summary>Why an input was skipped or quarantined: the closed list of docs/error-codes.md, apart from those the mapping gives.</summary>
static class Reasons
{
    public const string NotDicom = "not-dicom";
    public const string SpecialFile = "special-file";
    public const string TypeNotServed = "type-not-served";
    public const string Policy = "policy";
    public const string Empty = "empty";
    public const string Truncated = "truncated";
    public const string Unreadable = "unreadable";
    public const string Changing = "changing";
    public const string Limit = "limit";
    public const string BadDeflate = "bad-deflate";
    public const string PatientConflict = "patient-conflict";
    public const string Pseudonym = "pseudonym";
    public const string NotJson = "not-json";
    public const string NotFhir = "not-fhir";
    public const string NoId = "no-id";
    public const string IdConflict = "id-conflict";
    public const string Nonconformant = "nonconformant";
    public const string Database = "database";

    /// <summary>Those that the same bytes give again: a container with members refused for one of them needs no second reading.</summary>
    public static string[] OfTheBytes { get; } =
    [
        Empty, Truncated, Limit, BadDeflate, NotJson, ExtractReasons.NoStudyUid, ExtractReasons.NoSeriesUid, ExtractReasons.NoSopUid, ExtractReasons.BadUid,
        ExtractReasons.NoPatientId,
    ];
}
