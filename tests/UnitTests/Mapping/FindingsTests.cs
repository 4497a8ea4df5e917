using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class FindingsTests
{
    [Fact]
    public void Every_code_stands_in_the_documentation()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs/error-codes.md"));
        Assert.All(Findings.All, code => Assert.Contains(code, page[page.IndexOf("## Findings", StringComparison.Ordinal)..], StringComparison.Ordinal));
    }
}
