namespace Dicom2Fhir.Mapping;

/// <summary>What <see cref="TagMap.Extract"/> made of a data set.</summary>
public abstract record ExtractResult
{
    /// <summary>An instance of a patient's study, values as in the header.</summary>
    public sealed record Instance(InstanceAttributes Attributes) : ExtractResult;

    /// <summary>Understood and not wanted: the outcome is skipped.</summary>
    public sealed record Skipped(string Reason, string Text) : ExtractResult;

    /// <summary>Should have been an instance: the outcome is quarantined.</summary>
    public sealed record Refused(string Reason, string Text) : ExtractResult;
}

/// <summary>The reasons of <see cref="ExtractResult"/>; words of the closed list in docs/error-codes.md. Texts never hold a value of the header.</summary>
public static class ExtractReasons
{
    public const string DicomDir = "dicomdir";
    public const string NoStudy = "no-study";
    public const string NoStudyUid = "no-study-uid";
    public const string NoSeriesUid = "no-series-uid";
    public const string NoSopUid = "no-sop-uid";
    public const string BadUid = "bad-uid";
    public const string NoPatientId = "no-patient-id";
}
