using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.Mapping;

/// <summary>
/// Takes the dose of an X-Ray Radiation Dose SR (PS3.16 TID 10001 and 10011) out of its content tree: totals of the accumulated dose, and of each CT
/// irradiation event its UID, CTDIvol, DLP, tube voltage and start; and the administered activity out of a Radiopharmaceutical Radiation Dose SR (TID 10021). Whatever SOP class it comes in
/// (88.67, 88.68, 88.22, 88.76), the root says what it is.
/// </summary>
static class DoseReport
{
    const string Root = "113701";
    const string PharmaceuticalRoot = "113500";
    const string Administration = "113502";
    const string Activity = "113507";
    const string CtAccumulated = "113811";
    const string ProjectionAccumulated = "113702";
    const string CtEvent = "113819";
    const string EventUid = "113769";
    const string Ctdi = "113830";
    const string Dlp = "113838";
    const string Kvp = "113733";
    const string Started = "111526";
    const string IrradiationStart = "113809";
    const string IrradiationEnd = "113810";
    const string Plane = "113764";
    const string AllPlanes = "113890";

    /// <summary>Reports of long interventions have some hundred events; a content tree of more is no report of one study.</summary>
    const int MostEvents = 500;

    /// <summary>Levels of content below the root: event, acquisition parameters, X-ray source, value.</summary>
    const int Depth = 4;

    static readonly Tag Content = Tag.Parse("0040,A730");
    static readonly Tag ConceptName = Tag.Parse("0040,A043");
    static readonly Tag ConceptCode = Tag.Parse("0040,A168");
    static readonly Tag MeasuredValue = Tag.Parse("0040,A300");
    static readonly Tag NumericValue = Tag.Parse("0040,A30A");
    static readonly Tag UnitsCode = Tag.Parse("0040,08EA");
    static readonly Tag CodeValue = Tag.Parse("0008,0100");
    static readonly Tag Uid = Tag.Parse("0040,A124");
    static readonly Tag DateTime = Tag.Parse("0040,A120");

    static readonly string[] Leaves =
        ["0040,A043>0008,0100", "0040,A168>0008,0100", "0040,A300>0040,A30A", "0040,A300>0040,08EA>0008,0100", "0040,A124", "0040,A120"];

    /// <summary>What the readers must keep for it.</summary>
    public static IReadOnlyList<TagPath> Needs { get; } =
    [
        TagPath.Parse("0040,A043>0008,0100"),
        .. Enumerable.Range(1, Depth).SelectMany(depth => Leaves.Select(leaf => TagPath.Parse(string.Concat(Enumerable.Repeat("0040,A730>", depth)) + leaf))),
    ];

    /// <summary>"113813^502.3 mGy.cm" a total: concept and value with unit.</summary>
    public static Reading Totals { get; } = Of("totals of a dose report", root =>
        Containers(root, CtAccumulated).SelectMany(one => Values(one, "113813"))
            .Concat(Projection(root).SelectMany(one => Values(one, "113722").Concat(Values(one, "113725"))))
            .Concat(Containers(root, Administration).SelectMany(one => Values(one, Activity)))
            .Where(total => total.Length > 0));

    /// <summary>The event's UID, "" where it has none.</summary>
    public static Reading EventUids { get; } = Of("irradiation events of a dose report", root => Events(root).Select(one => Find(one, EventUid)?.Value(Uid) ?? ""));

    /// <summary>"5.1 mGy^120 mGy.cm" an event: CTDIvol and DLP; aligned with the UIDs.</summary>
    public static Reading EventDoses { get; } = Of("doses of a dose report's events", root =>
        Events(root).Select(one => $"{Number(Find(one, Ctdi))}^{Number(Find(one, Dlp))}"));

    /// <summary>"120 kV" an event, the sources of a scanner with several joined by ^; aligned with the UIDs.</summary>
    public static Reading EventVoltages { get; } = Of("tube voltages of a dose report's events", root =>
        Events(root).Select(one => string.Join('^', FindAll(one, Kvp).Select(Number).Where(number => number.Length > 0).Distinct(StringComparer.Ordinal))));

    /// <summary>When each event began, "" where it is not said; aligned with the UIDs.</summary>
    public static Reading EventStarts { get; } = Of("starts of a dose report's events", root => Events(root).Select(one => Find(one, Started)?.Value(DateTime) ?? ""));

    /// <summary>Start and end of irradiation of a CT report.</summary>
    public static Reading Times { get; } = Of("time of irradiation of a dose report", root => !Containers(root, CtEvent).Any() ? []
        : ((string[])[IrradiationStart, IrradiationEnd]).Select(concept => Containers(root, concept).FirstOrDefault()?.Value(DateTime) ?? ""));

    static Reading Of(string text, Func<DataSet, IEnumerable<string>> parts) => Reading.Of(text, (data, _) =>
        Concept(data) is Root or PharmaceuticalRoot && string.Join('\\', parts(data).Select(FhirText.Clean)) is { } found && found.Any(letter => letter != '\\') ? found : null);

    static IEnumerable<DataSet> Events(DataSet root) => Containers(root, CtEvent).Take(MostEvents);

    static IEnumerable<DataSet> Containers(DataSet root, string concept) => root.Items(Content).Where(item => Concept(item) == concept);

    /// <summary>One container a plane of the equipment; that of all planes stands for the others.</summary>
    static List<DataSet> Projection(DataSet root)
    {
        var planes = Containers(root, ProjectionAccumulated).ToList();
        var all = planes.Where(plane => plane.Items(Content).Any(item => Concept(item) == Plane && Code(item, ConceptCode) == AllPlanes)).ToList();
        return all.Count > 0 ? all : planes;
    }

    static IEnumerable<string> Values(DataSet container, string concept) =>
        container.Items(Content).Where(item => Concept(item) == concept).Select(Number).Where(number => number.Length > 0).Select(number => $"{concept}^{number}");

    static DataSet? Find(DataSet container, string concept) => FindAll(container, concept).FirstOrDefault();

    static IEnumerable<DataSet> FindAll(DataSet container, string concept) =>
        container.Items(Content).SelectMany(item => Concept(item) == concept ? [item] : FindAll(item, concept));

    static string Number(DataSet? item) =>
        item?.Items(MeasuredValue) is [var measured, ..] && measured.Value(NumericValue) is { } number ? $"{number.Trim()} {Code(measured, UnitsCode)}" : "";

    static string? Concept(DataSet item) => Code(item, ConceptName);

    static string? Code(DataSet item, Tag sequence) => item.Items(sequence) is [var code, ..] ? code.Value(CodeValue)?.Trim() : null;
}
