using System.Reflection;
using Dicom2Fhir.Indexer;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Indexer;

public sealed class ReasonsTests
{
    [Fact]
    public void Every_outcome_and_reason_is_in_the_closed_list_of_the_documentation()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "error-codes.md"));
        string[] words = [.. Outcomes.All, .. Constants(typeof(Reasons)), .. Constants(typeof(ExtractReasons))];

        Assert.All(words, word => Assert.Matches($@"(\| |, |`){word}( \||,|`)", page));
    }

    static IEnumerable<string> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);
}
