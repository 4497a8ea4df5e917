namespace Dicom2Fhir.Load.Data;

/// <summary>A search as a feasibility portal sends it, and the same condition over made studies, written apart from any index.</summary>
/// <param name="Query">Without _elements, _count and the like.</param>
sealed record Criterion(string Name, string Query, Func<MadeStudy, bool> Matches)
{
    const string Dcm = "http://dicom.nema.org/resources/ontology/DCM|";
    const string Sct = "http://snomed.info/sct|";

    /// <summary>The three tokens of the published comparison.</summary>
    public static Criterion ThreeTokens { get; } = new(
        "CT & chest & contrast", $"modality={Dcm}CT&series-bodysite={Sct}43799004&contrast-bolus=true",
        study => study.HasModality("CT") && study.HasSite("CHEST") && Given(study));

    /// <summary>The same within one month.</summary>
    public static Criterion ThreeTokensInMarch { get; } = new(
        "CT & chest & contrast, March 2019", ThreeTokens.Query + "&started=ge2019-03-01&started=le2019-03-31",
        study => ThreeTokens.Matches(study) && Within(study, new(2019, 3, 1), new(2019, 3, 31)));

    /// <summary>Twenty criteria in the shapes FLARE sends (facts of clients: token, boolean, composite, dates as two parameters).</summary>
    public static IReadOnlyList<Criterion> All { get; } =
    [
        ThreeTokens,
        ThreeTokensInMarch,
        new("CT", $"modality={Dcm}CT", study => study.HasModality("CT")),
        new("MR", $"modality={Dcm}MR", study => study.HasModality("MR")),
        new("PT (study level)", $"study-modality={Dcm}PT", study => study.HasModality("PT")),
        new("brain", $"series-bodysite={Sct}12738006", study => study.HasSite("BRAIN")),
        new("contrast given", "contrast-bolus=true", Given),
        new("contrast denied & MR", $"contrast-bolus=false&modality={Dcm}MR", study => study.HasModality("MR") && study.Series.Any(series => series.Contrast == false)),
        new("MR & knee", $"modality={Dcm}MR&series-bodysite={Sct}72696002", study => study.HasModality("MR") && study.HasSite("KNEE")),
        new("MR$brain in one series", $"modality-body-site={Dcm}MR${Sct}12738006", study => Pair(study, "MR", "BRAIN")),
        new("CT$liver in one series & contrast", $"modality-body-site={Dcm}CT${Sct}10200004&contrast-bolus=true", study => Pair(study, "CT", "LIVER") && Given(study)),
        new("PT$brain in one series", $"modality-body-site={Dcm}PT${Sct}12738006", study => Pair(study, "PT", "BRAIN")),
        new("left", $"series-laterality={Sct}7771000", study => study.Series.Any(series => series.Side == "L")),
        new("right & mammography", $"series-laterality={Sct}24028007&modality={Dcm}MG", study => study.HasModality("MG") && study.Series.Any(series => series.Side == "R")),
        new("CT since 2022", $"modality={Dcm}CT&started=ge2022-01-01", study => study.HasModality("CT") && Within(study, new(2022, 1, 1), DateOnly.MaxValue)),
        new("February 2019 to July 2023", "started=ge2019-02-10&started=le2023-07-20", study => Within(study, new(2019, 2, 10), new(2023, 7, 20))),
        new("one day", "started=2021-06-16", study => Within(study, new(2021, 6, 16), new(2021, 6, 16))),
        new("angiography & coronary artery, 2020", $"modality={Dcm}XA&series-bodysite={Sct}41801008&started=ge2020-01-01&started=le2020-12-31",
            study => study.HasModality("XA") && study.HasSite("CORONARYARTERY") && Within(study, new(2020, 1, 1), new(2020, 12, 31))),
        new("key objects", $"modality={Dcm}KO", study => study.HasModality("KO")),
        new("no such study", $"modality={Dcm}MG&series-bodysite={Sct}41216001", study => study.HasModality("MG") && study.HasSite("PROSTATE")),
    ];

    static bool Given(MadeStudy study) => study.Series.Any(series => series.Contrast == true);

    static bool Pair(MadeStudy study, string modality, string site) => study.Series.Any(series => series.Modality == modality && series.Site?.Term == site);

    static bool Within(MadeStudy study, DateOnly first, DateOnly last) => study.Day is { } day && day >= first && day <= last;
}
