using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class MappingPageTests
{
    [Fact]
    public void The_page_is_what_the_tables_say() => Golden.Same("docs/mapping.md", MappingPage.Write());
}
