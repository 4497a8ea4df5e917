namespace Dicom2Fhir.Mapping;

/// <summary>The closed list of finding codes of the mapping (docs/error-codes.md).</summary>
public static class Findings
{
    /// <summary>The value has no code in our tables, or none that the binding allows.</summary>
    public const string Unmapped = "unmapped";

    /// <summary>Instances disagree where one value is wanted (design decision 18).</summary>
    public const string Varies = "varies";

    /// <summary>A value the profile demands is missing and a stand-in was used.</summary>
    public const string Missing = "missing";

    /// <summary>The value is a filler such as UNKNOWN or OTHER and counts as absent.</summary>
    public const string Placeholder = "placeholder";

    /// <summary>Not a date of PS3.5 (DA, DT) or of the calendar.</summary>
    public const string BadDate = "bad-date";

    /// <summary>Not a time of PS3.5 (TM); the date alone is used.</summary>
    public const string BadTime = "bad-time";

    /// <summary>(0008,0201) is not an offset of PS3.3 C.12.1.1.8; the configured zone is used.</summary>
    public const string BadZone = "bad-zone";

    /// <summary>A local time that the clock change skipped or repeated.</summary>
    public const string ClockChange = "clock-change";

    /// <summary>Not a number, or none the element can hold.</summary>
    public const string BadNumber = "bad-number";

    /// <summary>Not a UID (PS3.5 section 9.1).</summary>
    public const string BadUid = "bad-uid";

    /// <summary>The value cannot be meant in the attribute's unit: it was read in the unit it fits, or left out; the text says which.</summary>
    public const string Guard = "guard";

    /// <summary>A companion (Device, MedicationAdministration, Observation) is not valid: it is not stored and not referred to.</summary>
    public const string Nonconformant = "nonconformant";

    public static IReadOnlyList<string> All { get; } =
        [Unmapped, Varies, Missing, Placeholder, BadDate, BadTime, BadZone, ClockChange, BadNumber, BadUid, Guard, Nonconformant];

    /// <summary>True when the finding's text is a value that reached no element.</summary>
    public static bool LeavesValueOut(string code) => code is not (Varies or Missing or ClockChange or Guard or Nonconformant);
}
