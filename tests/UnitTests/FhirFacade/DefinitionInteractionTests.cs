using System.Text.Json;
using Dicom2Fhir.FhirFacade.Fhir;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.FhirPath;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class DefinitionInteractionTests
{
    static readonly JsonSerializerOptions Strict = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Strict);

    [Fact]
    public void Every_parameter_of_our_own_has_a_resource_and_no_other_has()
    {
        var own = SearchParameters.All.Where(parameter => parameter.Definition.StartsWith("https://dicom2fhir.org/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(own);
        Assert.Equal(own.Select(parameter => parameter.Name), OwnDefinitions.All.Select(definition => definition.Id));
        foreach (var parameter in own)
        {
            var read = Ask<Hl7.Fhir.Model.SearchParameter>("SearchParameter", parameter.Name);
            Assert.Equal((parameter.Definition, parameter.Name, ResourceType.ImagingStudy), (read.Url, read.Code, read.Base.Single()));
            Assert.Equal(parameter.Parts.Select(part => SearchParameters.Find(parameter.Type, part.Name)!.Definition), read.Component.Select(component => component.Definition));
        }
    }

    [Fact]
    public void Their_expressions_find_the_parts_of_a_series()
    {
        const string Json = """
            {"resourceType":"ImagingStudy","status":"available","subject":{"reference":"Patient/p"},"series":[{"uid":"1.2","modality":{"code":"CT"},"bodySite":{"code":"51185008"},"laterality":{"code":"7771000"},
            "extension":[{"url":"https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-ex-bildgebung-kontrastmittel","extension":[{"url":"contrastBolus","valueBoolean":true}]}]}]}
            """;
        var study = (ImagingStudy)JsonSerializer.Deserialize<Resource>(Json, Strict)!;
        foreach (var definition in OwnDefinitions.All)
        {
            var series = Assert.Single(study.Select(definition.Expression!));
            Assert.All(definition.Component, component => Assert.Single(series!.Select(component.Expression!)));
        }
    }

    [Theory]
    [InlineData("url=https://dicom2fhir.org/fhir/SearchParameter/series-modality-contrast", 1)]
    [InlineData("code=series-modality-contrast,series-bodysite-contrast", 2)]
    [InlineData("name=series", 4)]
    [InlineData("base=ImagingStudy&type=composite&status=active", 4)]
    [InlineData("base=Device", 0)]
    [InlineData("url=http://hl7.org/fhir/SearchParameter/ImagingStudy-modality", 0)]
    public void They_are_searched(string query, int expected)
    {
        var bundle = Ask<Bundle>("SearchParameter", null, query);
        Assert.Equal((expected, expected), (bundle.Total, bundle.Entry.Count));
    }

    [Fact]
    public void Unknown_parameters_are_400() =>
        Assert.Equal(400, Assert.Throws<FhirErrorException>(() => Ask<Bundle>("SearchParameter", null, "colour=red")).Errors[0].Status);

    static T Ask<T>(string type, string? id, string query = "")
        where T : Resource
    {
        var call = new FhirCall("GET", id is null ? [type] : [type, id], RawQuery.Parse(query), new Uri("https://fhir.example/fhir"));
        var answer = id is null ? DefinitionInteraction.Search(call) : DefinitionInteraction.Read(call, id);
        return Assert.IsType<T>(JsonSerializer.Deserialize<Resource>(answer.Json.Span, Strict));
    }
}
