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
        Assert.Equal(
            [.. ServedType.All.Select(type => type.Name), "CodeSystem", "OperationDefinition", "SearchParameter", "StructureDefinition", "ValueSet"], rest.Resource.Select(resource => resource.Type));
        Assert.All(rest.Resource, resource => Assert.Equal(2, resource.Interaction.Count));
    }

    [Fact]
    public void Operations_are_listed_with_their_definitions()
    {
        var operation = Assert.Single(Statement.Rest[0].Operation);
        Assert.Equal(("conformance", "https://dicom2fhir.org/fhir/OperationDefinition/conformance"), (operation.Name, operation.Definition));
    }

    [Fact]
    public void Where_only_counts_are_kept_the_parameters_over_instances_are_not_offered()
    {
        static string[] Names(CapabilityStatement statement) =>
            [.. statement.Rest[0].Resource.Single(resource => resource.Type == "ImagingStudy").SearchParam.Select(parameter => parameter.Name!)];

        var left = Names(MetadataInteraction.Build(new Uri("https://fhir.example/fhir"), countsOnly: true));
        Assert.Equal(
            ["dicom-class", "instance", "instance-burned-in-annotation", "instance-image-type", "instance-number", "instance-pixel-spacing-x", "instance-pixel-spacing-y", "instance-slice-thickness"],
            Names(Statement).Except(left).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_parameter_of_the_table_is_listed_once()
    {
        foreach (var resource in Statement.Rest[0].Resource.Where(resource => ServedType.Find(resource.Type!) is not null))
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
    public void Includes_are_listed_as_they_are_written()
    {
        var studies = Statement.Rest[0].Resource.Single(resource => resource.Type == "ImagingStudy");
        Assert.Contains("ImagingStudy:performer", studies.SearchInclude);
        Assert.Contains("ImagingStudy:performer", Statement.Rest[0].Resource.Single(resource => resource.Type == "Device").SearchRevInclude);
        Assert.All(Statement.Rest[0].Resource.SelectMany(resource => resource.SearchInclude.Concat(resource.SearchRevInclude)).Where(include => include != "*"), include =>
            Assert.Equal(SearchKind.Reference, SearchParameters.Find(ServedType.Find(include!.Split(':')[0])!, include.Split(':')[1])!.Kind));
    }

    [Fact]
    public void Profiles_are_those_of_the_modules_own_statement_in_the_version_of_the_package()
    {
        Conformance.Shared.Require();
        var file = Path.Combine(Repository.Shared!, "mii/bildgebung-2026.0.0/CapabilityStatement-mii-cps-bildgebung-capabilitystatement.json");
        var module = (CapabilityStatement)JsonSerializer.Deserialize<Resource>(File.ReadAllText(file), new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Ostrich))!;
        Assert.Equal($"{module.Url}|{module.Version}", Assert.Single(Statement.Instantiates));
        Assert.Equal(
            module.Rest[0].Resource.SelectMany(resource => resource.SupportedProfile).Select(profile => $"{profile!.Split('|')[0]}|{module.Version}").Order(StringComparer.Ordinal),
            Statement.Rest[0].Resource.SelectMany(resource => resource.SupportedProfile).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_statement_is_strictly_FHIR()
    {
        var options = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector);
        var text = JsonSerializer.Serialize<Resource>(Statement, options);
        Assert.Equal(FHIRVersion.N4_0_1, ((CapabilityStatement)JsonSerializer.Deserialize<Resource>(text, options.UsingMode(DeserializationMode.Strict))!).FhirVersion);
    }
}
