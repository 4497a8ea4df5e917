using Dicom2Fhir.Store.Search.Parameters;

namespace Dicom2Fhir.Store.Search;

/// <summary>
/// THE search parameter table: CapabilityStatement, index extraction, SQL and docs/search-parameters.md follow from it. The rows stand in Parameters/, a
/// file a group of types; a new row in one of them is a new parameter.
/// </summary>
public static class SearchParameters
{
    public static IReadOnlyList<SearchParameter> All { get; } =
    [
        .. ServedType.All.SelectMany(CommonParameters.Of),
        .. ImagingStudyParameters.Rows,
        .. SeriesParameters.Rows,
        .. ObservationParameters.Rows,
        .. ReportParameters.Rows,
        .. MedicationParameters.Rows,
        .. SubjectParameters.Rows,
    ];

    static readonly Dictionary<short, IReadOnlyList<SearchParameter>> ByType =
        ServedType.All.ToDictionary(type => type.Number, type => (IReadOnlyList<SearchParameter>)[.. All.Where(parameter => parameter.Type == type)]);

    static readonly Dictionary<(short, string), SearchParameter> ByName =
        All.SelectMany(parameter => parameter.Names.Select(name => (parameter.Type.Number, name, parameter))).ToDictionary(row => (row.Number, row.name), row => row.parameter);

    /// <summary>The parameters of a type, in table order.</summary>
    public static IReadOnlyList<SearchParameter> Of(ServedType type) => ByType[type.Number];

    /// <summary>By any of its names; null when the type has no such parameter.</summary>
    public static SearchParameter? Find(ServedType type, string name) => ByName.GetValueOrDefault((type.Number, name));
}
