using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search;

public enum SearchKind
{
    Token,
    Uri,
    Date,
    Reference,
    Composite,
}

/// <summary>How the values of a parameter are indexed.</summary>
public enum SearchStorage
{
    /// <summary>Few distinct values: a bitmap each.</summary>
    Terms,

    /// <summary>Nearly as many values as resources: typed rows.</summary>
    Rows,

    /// <summary>Bitmaps of days, months and years, and rows for the time within a day.</summary>
    Calendar,

    /// <summary>A column of the resource itself.</summary>
    Resource,
}

/// <summary>One search parameter of one type.</summary>
/// <param name="Names">The first is the name in /metadata and in the index; all are accepted.</param>
/// <param name="Values">The values in a resource of the type.</param>
/// <param name="Definition">Canonical of the SearchParameter.</param>
public sealed record SearchParameter(
    ServedType Type,
    IReadOnlyList<string> Names,
    SearchKind Kind,
    SearchStorage Storage,
    Func<Resource, IEnumerable<IndexValue>> Values,
    string Definition,
    string Documentation)
{
    public string Name => Names[0];

    /// <summary>Names of the parameters a composite is made of, in the order of its parts.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Type a bare id of a reference means.</summary>
    public string? Target { get; init; }

    /// <summary>A token over a boolean element: true and false are the only values.</summary>
    public bool IsBoolean { get; init; }
}

/// <summary>THE search parameter table: CapabilityStatement, index extraction, SQL and docs/search-parameters.md follow from it.</summary>
public static class SearchParameters
{
    const string Hl7 = "http://hl7.org/fhir/SearchParameter/";
    const string Mii = "https://www.medizininformatik-initiative.de/fhir/modul-meta/SearchParameter/";
    const string ContrastExtension = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-ex-bildgebung-kontrastmittel";

    static readonly IReadOnlyList<SearchParameter> OfEveryType = [.. ServedType.All.SelectMany(Common)];

    static readonly IReadOnlyList<SearchParameter> OfImagingStudy =
    [
        Study(["identifier"], SearchKind.Token, study => study.Identifier.SelectMany(Term.Of), Hl7 + "clinical-identifier",
            "Study Instance UID (urn:dicom:uid|urn:oid:...) or accession number.", SearchStorage.Rows),
        Study(["status"], SearchKind.Token, study => Term.Of(study.StatusElement), Hl7 + "ImagingStudy-status", "Status of the study; index writes available."),
        Study(["study-modality"], SearchKind.Token, study => Term.Of(study.Modality), Mii + "mii-sp-meta-imaging-study-modality", "Modality of the study (ImagingStudy.modality)."),
        Study(["modality"], SearchKind.Token, study => study.Series.SelectMany(series => Term.Of(series.Modality)), Hl7 + "ImagingStudy-modality", "Modality of any series."),
        Study(["series-bodysite", "bodysite"], SearchKind.Token, study => study.Series.SelectMany(series => Term.Of(series.BodySite)), Hl7 + "ImagingStudy-bodysite",
            "Body site of any series (SNOMED CT)."),
        Study(["modality-body-site"], SearchKind.Composite,
            study => study.Series.SelectMany(series => Term.Tuples(Term.Of(series.Modality), Term.Of(series.BodySite))), Mii + "mii-sp-meta-imaging-study-modality-body-site",
            "Modality and body site of one and the same series: CT$51185008.") with { Parts = ["modality", "series-bodysite"] },
        Study(["series-laterality"], SearchKind.Token, study => study.Series.SelectMany(series => Term.Of(series.Laterality)),
            Mii + "mii-sp-meta-imaging-study-series-laterality", "Laterality of any series."),
        Study(["contrast-bolus"], SearchKind.Token, study => study.Series.SelectMany(Contrast), Mii + "mii-sp-meta-imaging-study-series-contrast-bolus",
            "true: a series states contrast; false: a series denies it; :missing=true: no series says anything.") with { IsBoolean = true },
        Study(["started"], SearchKind.Date, study => Term.Of(study.StartedElement), Hl7 + "ImagingStudy-started", "Start of the study.", SearchStorage.Calendar),
        Study(["series-started"], SearchKind.Date, study => study.Series.SelectMany(series => Term.Of(series.StartedElement)),
            Mii + "mii-sp-meta-imaging-study-series-started", "Start of any series.", SearchStorage.Calendar),
        Study(["patient", "subject"], SearchKind.Reference, study => Term.Of(study.Subject), Hl7 + "clinical-patient", "The patient.", SearchStorage.Rows) with { Target = "Patient" },
        Study(["performer"], SearchKind.Reference, study => study.Series.SelectMany(series => series.Performer).SelectMany(performer => Term.Of(performer.Actor)),
            Hl7 + "ImagingStudy-performer", "The device that made any series.", SearchStorage.Rows) with { Target = "Device" },
    ];

    public static IReadOnlyList<SearchParameter> All { get; } = [.. OfEveryType, .. OfImagingStudy];

    /// <summary>The parameters of a type, in table order.</summary>
    public static IReadOnlyList<SearchParameter> Of(ServedType type) => ByType[type.Number];

    /// <summary>By any of its names; null when the type has no such parameter.</summary>
    public static SearchParameter? Find(ServedType type, string name) => Of(type).FirstOrDefault(parameter => parameter.Names.Contains(name));

    static readonly Dictionary<short, IReadOnlyList<SearchParameter>> ByType =
        ServedType.All.ToDictionary(type => type.Number, type => (IReadOnlyList<SearchParameter>)[.. All.Where(parameter => parameter.Type == type)]);

    static IEnumerable<SearchParameter> Common(ServedType type) =>
    [
        new(type, ["_id"], SearchKind.Token, SearchStorage.Resource, _ => [], Hl7 + "Resource-id", "Id of the resource."),
        new(type, ["_lastUpdated"], SearchKind.Date, SearchStorage.Calendar, resource => [new IndexValue.Moment(ResourceText.Instant(resource.Meta!.LastUpdated!.Value.UtcDateTime))],
            Hl7 + "Resource-lastUpdated", "When the current version was stored."),
        new(type, ["_profile"], SearchKind.Uri, SearchStorage.Terms, resource => (resource.Meta?.Profile ?? []).OfType<string>().Select(profile => new IndexValue.Uri(profile)),
            Hl7 + "Resource-profile", "Profile the resource claims; without a version any version matches, :below takes a major or minor version."),
    ];

    static SearchParameter Study(
        string[] names, SearchKind kind, Func<ImagingStudy, IEnumerable<IndexValue>> values, string definition, string documentation,
        SearchStorage storage = SearchStorage.Terms) =>
        new(ServedType.ImagingStudy, names, kind, storage, resource => values((ImagingStudy)resource), definition, documentation);

    static IEnumerable<IndexValue> Contrast(ImagingStudy.SeriesComponent series) =>
        series.Extension.Where(extension => extension.Url == ContrastExtension)
            .SelectMany(extension => extension.Extension.Where(part => part.Url == "contrastBolus"))
            .SelectMany(part => Term.Of((part.Value as FhirBoolean)?.Value));
}
