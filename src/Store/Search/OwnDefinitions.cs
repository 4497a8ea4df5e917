using System.Diagnostics;
using Dicom2Fhir.Store.Search.Parameters;
using Sdk = Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search;

/// <summary>SearchParameter resources of our own parameters, made from their rows; a facade serves them under its base.</summary>
public static class OwnDefinitions
{
    public static IReadOnlyList<Sdk.SearchParameter> All { get; } =
        [.. SearchParameters.All.Where(parameter => parameter.Definition.StartsWith(OwnParameters.Own, StringComparison.Ordinal)).Select(Of)];

    static Sdk.SearchParameter Of(SearchParameter parameter) => new()
    {
        Id = parameter.Name,
        Url = parameter.Definition,
        Name = parameter.Name,
        Code = parameter.Name,
        Status = Sdk.PublicationStatus.Active,
        Description = parameter.Documentation,
        Base = [Enum.Parse<Sdk.ResourceType>(parameter.Type.Name)],
        Type = Sdk.SearchParamType.Composite,
        Expression = parameter.Expression,
        XpathUsage = Sdk.SearchParameter.XPathUsageType.Normal,
        MultipleOr = true,
        MultipleAnd = true,
        Component = [.. parameter.Parts.Select(part => Component(parameter, part))],
    };

    static Sdk.SearchParameter.ComponentComponent Component(SearchParameter composite, CompositePart part) => new()
    {
        Definition = SearchParameters.Find(composite.Type, part.Name)!.Definition,
        Expression = part.Name switch
        {
            "modality" => "modality",
            "series-bodysite" => "bodySite",
            "series-laterality" => "laterality",
            "contrast-bolus" => $"extension('{SeriesParameters.Contrast}').extension('contrastBolus').value",
            _ => throw new UnreachableException(),
        },
    };
}
