using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.UnitTests.Store.Search;

public sealed class SearchParametersPageTests
{
    [Fact]
    public void The_page_is_what_the_table_says() => Golden.Same("docs/search-parameters.md", SearchParametersPage.Write());
}
