namespace Dicom2Fhir.Load.Data;

/// <summary>A body region as the headers name it and as FHIR codes it; a unit test compares both with the mapping's table.</summary>
/// <param name="Term">Defined term of (0018,0015).</param>
/// <param name="Code">SNOMED CT.</param>
sealed record Site(string Term, string Code, string Display)
{
    static readonly Dictionary<string, Site> Table = new Site[]
    {
        new("ABDOMEN", "818981001", "Abdomen"), new("ABDOMENPELVIS", "818982008", "Abdomen and Pelvis"), new("ANKLE", "70258002", "Ankle joint"),
        new("AORTA", "15825003", "Aorta"), new("BLADDER", "89837001", "Bladder"), new("BRAIN", "12738006", "Brain"), new("BREAST", "76752008", "Breast"),
        new("CAROTID", "69105007", "Carotid Artery"), new("CHEST", "43799004", "Chest"), new("CHESTABDPELVIS", "416775004", "Chest, Abdomen and Pelvis"),
        new("CORONARYARTERY", "41801008", "Coronary artery"), new("CSPINE", "122494005", "Cervical spine"), new("ELBOW", "16953009", "Elbow joint"),
        new("FEMUR", "71341001", "Femur"), new("FINGER", "7569003", "Finger"), new("FOOT", "56459004", "Foot"), new("HAND", "85562004", "Hand"),
        new("HEAD", "69536005", "Head"), new("HEART", "80891009", "Heart"), new("HIP", "24136001", "Hip joint"), new("KIDNEY", "64033007", "Kidney"),
        new("KNEE", "72696002", "Knee"), new("LIVER", "10200004", "Liver"), new("LSPINE", "122496007", "Lumbar spine"), new("NECK", "45048000", "Neck"),
        new("PANCREAS", "15776009", "Pancreas"), new("PELVIS", "816092008", "Pelvis"), new("PROSTATE", "41216001", "Prostate"), new("RIB", "113197003", "Rib"),
        new("SHOULDER", "16982005", "Shoulder"), new("SKULL", "89546000", "Skull"), new("THYROID", "69748006", "Thyroid"), new("TSPINE", "122495006", "Thoracic spine"),
        new("UTERUS", "35039007", "Uterus"), new("WHOLEBODY", "38266002", "Entire body"), new("WRIST", "74670003", "Wrist joint"),
    }.ToDictionary(site => site.Term, StringComparer.Ordinal);

    public static IEnumerable<Site> All => Table.Values;

    public static Site Of(string term) => Table[term];
}
