using System.Text.Json;
using Dicom2Fhir.FhirFacade.Fhir;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class MetadataInteractionTests
{
    static readonly CapabilityStatement Statement = MetadataInteraction.Build(new Uri("https://fhir.example/fhir"));

    [Fact]
    public void The_statement_is_the_committed_one()
    {
        var options = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).Pretty();
        Golden.Same("tests/UnitTests/FhirFacade/metadata.json", JsonSerializer.Serialize<Resource>(Statement, options) + "\n");
    }

    [Fact]
    public void Every_type_is_served_by_read_and_search()
    {
        var rest = Assert.Single(Statement.Rest);
        Assert.Equal(ServedType.All.Select(type => type.Name), rest.Resource.Select(resource => resource.Type));
        Assert.All(rest.Resource, resource => Assert.Equal(2, resource.Interaction.Count));
    }

    [Fact]
    public void Every_parameter_of_the_table_is_listed_once()
    {
        foreach (var resource in Statement.Rest[0].Resource)
        {
            var table = SearchParameters.Of(ServedType.Find(resource.Type!)!);
            Assert.Equal(table.Select(parameter => parameter.Name), resource.SearchParam.Select(parameter => parameter.Name));
            Assert.Distinct(resource.SearchParam.Select(parameter => parameter.Name));
            Assert.All(resource.SearchParam, parameter => Assert.True(parameter is { Definition.Length: > 0, Documentation.Length: > 0, Type: not null }));
            Assert.All(table, parameter => Assert.All(parameter.Names, name => Assert.Contains(
                resource.SearchParam, listed => listed.Name == name || (listed.Name == parameter.Name && listed.Documentation!.Contains(name, StringComparison.Ordinal)))));
        }
    }

    [Fact]
    public void The_statement_is_strictly_FHIR()
    {
        var options = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector);
        var text = JsonSerializer.Serialize<Resource>(Statement, options);
        Assert.Equal(FHIRVersion.N4_0_1, ((CapabilityStatement)JsonSerializer.Deserialize<Resource>(text, options.UsingMode(DeserializationMode.Strict))!).FhirVersion);
    }
}
