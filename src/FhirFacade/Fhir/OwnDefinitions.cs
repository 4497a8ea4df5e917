using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Row = Dicom2Fhir.Store.Search.SearchParameter;
using SearchParameter = Hl7.Fhir.Model.SearchParameter;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>The SearchParameter resources of our own parameters: made from the parameter table, read only.</summary>
static class OwnDefinitions
{
    /// <summary>Paths of the parts of our composites, from a series.</summary>
    static readonly Dictionary<string, string> PartPaths = new()
    {
        ["modality"] = "modality",
        ["series-bodysite"] = "bodySite",
        ["series-laterality"] = "laterality",
        ["contrast-bolus"] =
            "extension.where(url = 'https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-ex-bildgebung-kontrastmittel').extension.where(url = 'contrastBolus').value",
    };

    /// <summary>By id.</summary>
    public static IReadOnlyDictionary<string, SearchParameter> All { get; } =
        SearchParameters.All.Where(row => row.Expression is not null).ToDictionary(row => row.Name, Build);

    static SearchParameter Build(Row row) => new()
    {
        Id = row.Name,
        Url = row.Definition,
        Version = MetadataInteraction.Version,
        Name = string.Concat(row.Name.Split('-').Select(part => char.ToUpperInvariant(part[0]) + part[1..])),
        Status = PublicationStatus.Active,
        Date = MetadataInteraction.Released,
        Publisher = "Dicom2Fhir",
        Description = row.Documentation,
        Code = row.Name,
        BaseElement = [new Code<ResourceType>(ResourceType.ImagingStudy)],
        Type = MetadataInteraction.TypeOf(row.Kind),
        Expression = row.Expression,
        MultipleOr = true,
        MultipleAnd = true,
        Component = [.. row.Parts.Select(part => new SearchParameter.ComponentComponent { Definition = SearchParameters.Find(row.Type, part.Name)!.Definition, Expression = PartPaths[part.Name] })],
    };
}
