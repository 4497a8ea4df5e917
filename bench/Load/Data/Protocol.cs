namespace Dicom2Fhir.Load.Data;

/// <summary>An examination a hospital does again and again.</summary>
/// <param name="Weight">Studies of 1,000. The shares are estimates from the usual case mix of a university hospital, not a statistic.</param>
/// <param name="Contrast">Share of studies with contrast.</param>
/// <param name="Paired">True: one side, or both.</param>
/// <param name="Series">Fewest and most series.</param>
/// <param name="Instances">Typical instances of a series.</param>
sealed record Protocol(string Modality, string Description, string Sites, int Weight, double Contrast, bool Paired, (int Least, int Most) Series, int Instances)
{
    public IReadOnlyList<Site> Regions { get; } = [.. Sites.Split(' ').Select(Site.Of)];

    public static IReadOnlyList<Protocol> All { get; } =
    [
        new("DX", "Thorax p.a. und seitlich", "CHEST", 118, 0, false, (1, 2), 1), new("CR", "Thorax liegend", "CHEST", 62, 0, false, (1, 1), 1),
        new("DX", "Knie in 2 Ebenen", "KNEE", 22, 0, true, (2, 3), 1), new("DX", "Hand", "HAND", 20, 0, true, (1, 2), 1), new("DX", "Finger", "FINGER", 9, 0, true, (1, 2), 1),
        new("DX", "Fuß", "FOOT", 16, 0, true, (1, 2), 1), new("DX", "Sprunggelenk", "ANKLE", 15, 0, true, (2, 2), 1), new("DX", "Schulter", "SHOULDER", 15, 0, true, (2, 3), 1),
        new("DX", "Becken", "PELVIS", 18, 0, false, (1, 1), 1), new("DX", "Hüfte", "HIP", 14, 0, true, (1, 2), 1), new("DX", "Handgelenk", "WRIST", 12, 0, true, (2, 2), 1),
        new("DX", "Ellenbogen", "ELBOW", 6, 0, true, (2, 2), 1), new("DX", "Oberschenkel", "FEMUR", 5, 0, true, (2, 2), 1), new("DX", "LWS", "LSPINE", 13, 0, false, (2, 2), 1),
        new("DX", "HWS", "CSPINE", 7, 0, false, (2, 3), 1), new("CR", "BWS", "TSPINE", 6, 0, false, (2, 2), 1), new("CR", "Abdomenübersicht", "ABDOMEN", 14, 0, false, (1, 2), 1),
        new("CR", "Rippen", "RIB", 3, 0, true, (1, 2), 1), new("CR", "Schädel", "SKULL", 2, 0, false, (1, 2), 1),
        new("CT", "Thorax", "CHEST", 42, 0.75, false, (3, 7), 300), new("CT", "Thorax Abdomen Becken", "CHESTABDPELVIS", 38, 0.92, false, (4, 8), 350),
        new("CT", "Abdomen", "ABDOMEN", 22, 0.85, false, (3, 7), 250), new("CT", "Abdomen Becken", "ABDOMENPELVIS", 12, 0.9, false, (3, 6), 280),
        new("CT", "Schädel nativ", "HEAD", 46, 0.08, false, (2, 5), 120), new("CT", "Polytrauma", "HEAD CSPINE CHEST ABDOMEN", 8, 0.95, false, (6, 12), 300),
        new("CT", "LWS", "LSPINE", 8, 0.05, false, (3, 5), 150), new("CT", "HWS", "CSPINE", 7, 0.05, false, (3, 5), 150), new("CT", "Hals", "NECK", 7, 0.95, false, (3, 5), 200),
        new("CT", "Angiographie Aorta", "AORTA", 6, 1, false, (4, 8), 500), new("CT", "Koronarien", "CORONARYARTERY HEART", 5, 0.97, false, (4, 9), 400),
        new("CT", "Leber mehrphasig", "LIVER", 4, 1, false, (4, 8), 250), new("CT", "Niere", "KIDNEY", 4, 0.3, false, (2, 5), 250), new("CT", "Knie", "KNEE", 2, 0.02, true, (3, 5), 150),
        new("CT", "Pankreas", "PANCREAS", 2, 1, false, (4, 7), 250),
        new("MR", "Kopf", "BRAIN", 42, 0.6, false, (6, 12), 60), new("MR", "Knie", "KNEE", 15, 0.03, true, (5, 7), 30), new("MR", "LWS", "LSPINE", 15, 0.1, false, (4, 7), 25),
        new("MR", "HWS", "CSPINE", 8, 0.1, false, (4, 7), 25), new("MR", "Prostata", "PROSTATE", 6, 0.9, false, (6, 10), 60), new("MR", "Leber", "LIVER", 7, 0.9, false, (7, 12), 80),
        new("MR", "Herz", "HEART", 6, 0.8, false, (10, 20), 40), new("MR", "Schulter", "SHOULDER", 6, 0.1, true, (5, 7), 30), new("MR", "Hüfte", "HIP", 5, 0.1, true, (5, 7), 30),
        new("MR", "Becken", "PELVIS UTERUS", 7, 0.5, false, (6, 10), 50), new("MR", "Mamma", "BREAST", 4, 0.98, true, (6, 9), 120), new("MR", "Abdomen", "ABDOMEN", 6, 0.7, false, (6, 12), 60),
        new("US", "Abdomen", "ABDOMEN", 70, 0.01, false, (1, 2), 20), new("US", "Schilddrüse", "THYROID", 18, 0, false, (1, 1), 12), new("US", "Niere", "KIDNEY", 18, 0, true, (1, 2), 10),
        new("US", "Halsgefäße", "CAROTID", 18, 0, true, (1, 2), 20), new("US", "Echokardiographie", "HEART", 40, 0.02, false, (1, 3), 40), new("US", "Harnblase", "BLADDER", 6, 0, false, (1, 1), 8),
        new("US", "Mamma", "BREAST", 10, 0, true, (1, 2), 15), new("MG", "Mammographie", "BREAST", 34, 0, true, (2, 4), 1),
        new("XA", "Koronarangiographie", "CORONARYARTERY", 20, 0.98, false, (5, 15), 1), new("XA", "Angiographie Becken", "PELVIS", 6, 0.95, false, (4, 12), 1),
        new("XA", "Chemoembolisation", "LIVER", 3, 0.97, false, (6, 14), 1), new("RF", "Durchleuchtung Abdomen", "ABDOMEN", 14, 0.6, false, (2, 8), 1),
        new("PT", "PET/CT Ganzkörper", "WHOLEBODY", 11, 0.5, false, (4, 7), 300), new("PT", "PET Hirn", "BRAIN", 2, 0, false, (2, 4), 100),
        new("NM", "Skelettszintigraphie", "WHOLEBODY", 8, 0, false, (1, 3), 2), new("NM", "Schilddrüsenszintigraphie", "THYROID", 5, 0, false, (1, 1), 1),
        new("NM", "Myokardszintigraphie", "HEART", 3, 0, false, (2, 4), 4),
    ];
}
