using System.Text.Json;
using Dicom2Fhir.Conformance;

namespace Dicom2Fhir.UnitTests.Conformance;

public class MappedStudiesTests
{
    [Theory]
    [InlineData("bare")]
    [InlineData("ct-contrast")]
    [InlineData("mg-both-sides")]
    public void What_the_mapping_writes_is_valid(string golden)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, $"tests/UnitTests/Mapping/Golden/{golden}.json")));
        var resources = Resources(document.RootElement).ToArray();
        Assert.NotEmpty(resources);
        foreach (var json in resources)
        {
            var report = ConformanceEngine.Shipped.Validate(json);
            Assert.True(report.Valid, string.Join('\n', report.Issues));
            Assert.Contains("/modul-bildgebung/", report.ProfileJudgedBy, StringComparison.Ordinal);
        }
    }

    static IEnumerable<string> Resources(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty("resourceType", out _) => [element.GetRawText()],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Resources(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Resources),
        _ => [],
    };
}
