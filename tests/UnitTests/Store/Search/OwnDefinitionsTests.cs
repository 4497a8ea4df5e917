using System.Text.Json;
using Dicom2Fhir.Store.Search;
using Dicom2Fhir.Store.Search.Parameters;
using Hl7.Fhir.FhirPath;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.UnitTests.Store.Search;

public sealed class OwnDefinitionsTests
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
            var read = OwnDefinitions.All.Single(definition => definition.Id == parameter.Name);
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

    [Fact]
    public void All_own_canonicals_start_alike()
    {
        Assert.Equal(Dicom2Fhir.Conformance.Canonicals.Own, OwnParameters.Own);
        Assert.StartsWith(OwnParameters.Own + "/", Dicom2Fhir.Mapping.Derived.System, StringComparison.Ordinal);
    }
}
