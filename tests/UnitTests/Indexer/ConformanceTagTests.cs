using System.Text.Json;
using Dicom2Fhir.Indexer.Conformance;

namespace Dicom2Fhir.UnitTests.Indexer;

public class ConformanceTagTests
{
    const string Tag = """{"system":"https://dicom2fhir.org/fhir/CodeSystem/conformance","code":"nonconformant"}""";

    [Theory]
    [InlineData("""{"resourceType":"Device","id":"d","x":1.00}""", """{"resourceType":"Device","id":"d","meta":{"tag":[TAG]},"x":1.00}""", "no meta")]
    [InlineData("""{"meta":{"profile":["p"]},"id":"d"}""", """{"meta":{"profile":["p"],"tag":[TAG]},"id":"d"}""", "meta before the id")]
    [InlineData("""{"id":"d","meta":{"tag":[{"code":"\u00e4"}],"source":"s"}}""", """{"id":"d","meta":{"source":"s","tag":[{"code":"\u00e4"},TAG]}}""", "another tag, its escape kept")]
    [InlineData("""{"id":"d","meta":{"tag":[TAG]}}""", """{"id":"d","meta":{"tag":[TAG]}}""", "there already")]
    public void On_adds_it_once(string json, string expected, string reason)
    {
        var text = ConformanceTag.Set(json.Replace("TAG", Tag, StringComparison.Ordinal), on: true);
        Assert.True(expected.Replace("TAG", Tag, StringComparison.Ordinal) == text, $"{reason}: {text}");
        Assert.True(ConformanceTag.IsOn(JsonDocument.Parse(text).RootElement));
    }

    [Theory]
    [InlineData("""{ "id":"d", "n":1.50 }""", """{ "id":"d", "n":1.50 }""", "untouched, white space too")]
    [InlineData("""{"id":"d","meta":{"profile":["p"],"tag":[TAG,{"code":"a"}]}}""", """{"id":"d","meta":{"profile":["p"],"tag":[{"code":"a"}]}}""", "others stay")]
    [InlineData("""{"id":"d","meta":{"profile":["p"],"tag":[TAG]}}""", """{"id":"d","meta":{"profile":["p"]}}""", "no empty list")]
    public void Off_takes_it_away(string json, string expected, string reason)
    {
        var text = ConformanceTag.Set(json.Replace("TAG", Tag, StringComparison.Ordinal), on: false);
        Assert.True(expected == text, $"{reason}: {text}");
    }
}
