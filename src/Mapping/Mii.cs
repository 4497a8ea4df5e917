namespace Dicom2Fhir.Mapping;

/// <summary>Canonicals of the MII core data set module Bildgebung 2026.0.0.</summary>
public static class Mii
{
    public const string Version = "2026.0.0";

    const string Base = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/";

    public const string ImagingStudyProfile = Base + "mii-pr-bildgebung-bildgebungsstudie";
    public const string DeviceProfile = Base + "mii-pr-bildgebung-geraet";
    public const string MedicationAdministrationProfile = Base + "mii-pr-bildgebung-kontrastmittelgabe";
    public const string ContrastExtension = Base + "mii-ex-bildgebung-kontrastmittel";

    /// <summary>The canonical as resources claim it: with the version.</summary>
    public static string Versioned(string canonical) => canonical + "|" + Version;
}
