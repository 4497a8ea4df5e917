namespace Dicom2Fhir.Load.Data;

/// <summary>The usual SOP class of a modality (PS3.4 annex B).</summary>
static class SopClasses
{
    const string Storage = "1.2.840.10008.5.1.4.1.1.";

    public static string Of(string modality) => Storage + modality switch
    {
        "CT" => "2", "MR" => "4", "CR" => "1", "DX" => "1.1", "MG" => "1.2", "US" => "6.1", "PT" => "128", "NM" => "20", "XA" => "12.1", "RF" => "12.2", "SR" => "88.67", "KO" => "88.59",
        _ => "7",
    };
}
