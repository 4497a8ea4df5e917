namespace Dicom2Fhir.Mapping;

/// <summary>Canonicals of the MII core data set module Bildgebung 2026.0.0.</summary>
public static class Mii
{
    public const string Version = "2026.0.0";

    /// <summary>Versions a mapping can be made for (setting Mapping__Target).</summary>
    public const string Ballot = "2027.0.0-ballot";

    const string Base = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/";

    public const string ImagingStudyProfile = Base + "mii-pr-bildgebung-bildgebungsstudie";
    public const string DeviceProfile = Base + "mii-pr-bildgebung-geraet";
    public const string MedicationAdministrationProfile = Base + "mii-pr-bildgebung-kontrastmittelgabe";
    public const string ReasonExtension = Base + "mii-ex-bildgebung-bildgebungsgrund";
    public const string ContrastExtension = Base + "mii-ex-bildgebung-kontrastmittel";
    public const string CtExtension = Base + "mii-ex-bildgebung-modalitaet-ct";
    public const string XrayExtension = Base + "mii-ex-bildgebung-modalitaet-mg-cr-dx";
    public const string MrExtension = Base + "mii-ex-bildgebung-modalitaet-mr";
    public const string NmExtension = Base + "mii-ex-bildgebung-modalitaet-nm";
    public const string PtExtension = Base + "mii-ex-bildgebung-modalitaet-pt";
    public const string UsExtension = Base + "mii-ex-bildgebung-modalitaet-us";
    public const string SliceThicknessExtension = Base + "mii-ex-bildgebung-serie-schichtdicke";
    public const string InstanceExtension = Base + "mii-ex-bildgebung-instanz-details";

    /// <summary>Study extensions of the 2027 ballot.</summary>
    public const string WeightExtension = Base + "mii-ex-bildgebung-gewicht";
    public const string HeightExtension = Base + "mii-ex-bildgebung-groesse";

    const string Codes = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/CodeSystem/mii-cs-bildgebung-";

    public const string ImageTypeCodes = Codes + "instance-image-type";
    public const string ScanningSequenceCodes = Codes + "scanning-sequence";
    public const string SequenceVariantCodes = Codes + "scanning-sequence-variant";
    public const string SeriesTypeCodes = Codes + "series-type";
    public const string TransducerTypeCodes = Codes + "transducer-type";

    /// <summary>The name of a profile or extension as docs/mapping.md shows it.</summary>
    public static string NameOf(string canonical) => canonical[(canonical.LastIndexOf('/') + 1)..];

    /// <summary>The extension for the technique of a modality, null when the module has none.</summary>
    public static string? ModalityExtension(string modality) => modality switch
    {
        "CT" => CtExtension,
        "MG" or "CR" or "DX" => XrayExtension,
        "MR" => MrExtension,
        "NM" => NmExtension,
        "PT" => PtExtension,
        "US" => UsExtension,
        _ => null,
    };
}
