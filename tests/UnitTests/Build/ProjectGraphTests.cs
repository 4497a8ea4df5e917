using System.Xml.Linq;

namespace Dicom2Fhir.UnitTests.Build;

/// <summary>The project graph of docs/architecture.md: a new edge is a decision, not an accident.</summary>
public sealed class ProjectGraphTests
{
    static readonly string[] Edges =
    [
        "Mapping->Dicom",
        "Indexer->Dicom", "Indexer->Mapping", "Indexer->Conformance", "Indexer->Store",
        "FhirFacade->Store", "FhirFacade->Conformance",
    ];

    [Fact]
    public void Source_projects_have_exactly_the_edges_of_the_design()
    {
        var found = Repository.Files("src", "*.csproj").SelectMany(EdgesOf).Order(StringComparer.Ordinal);

        Assert.Equal(Edges.Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public void There_are_six_source_projects()
    {
        var names = Repository.Files("src", "*.csproj").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal);

        Assert.Equal(["Conformance", "Dicom", "FhirFacade", "Indexer", "Mapping", "Store"], names);
    }

    static IEnumerable<string> EdgesOf(string project) =>
        XDocument.Load(project).Descendants("ProjectReference")
            .Select(reference => $"{Path.GetFileNameWithoutExtension(project)}->{Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)}");
}
