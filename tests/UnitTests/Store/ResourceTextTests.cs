using System.Text.Json;
using Dicom2Fhir.Store;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Dicom2Fhir.UnitTests.Store;

public sealed class ResourceTextTests
{
    static readonly DateTime Time = new(2026, 3, 5, 10, 0, 0, 7, DateTimeKind.Utc);

    [Theory]
    [InlineData("""{"resourceType":"Device","id":"a"}""", """{"resourceType":"Device","id":"a"}""", "nothing to take away")]
    [InlineData("""{"resourceType":"Device","meta":{"versionId":"7"},"id":"a"}""", """{"resourceType":"Device","id":"a"}""", "a meta of stamps alone")]
    [InlineData("""{"meta":{"lastUpdated":"2020-01-01T00:00:00Z","versionId":"7"},"resourceType":"Device"}""", """{"resourceType":"Device"}""", "first member")]
    [InlineData("""{"resourceType":"Device","meta":{}}""", """{"resourceType":"Device"}""", "last member, empty")]
    [InlineData("""{"resourceType":"Device","meta":{"versionId":"1","profile":["x"],"lastUpdated":"y"}}""", """{"resourceType":"Device","meta":{"profile":["x"]}}""", "between stamps")]
    [InlineData("""{"resourceType":"Device","meta":{"profile":["x"],"versionId":"1"}}""", """{"resourceType":"Device","meta":{"profile":["x"]}}""", "behind the rest")]
    [InlineData("{ \"resourceType\" : \"Device\",\n\t\"id\": \"a b\" }\r\n", """{"resourceType":"Device","id":"a b"}""", "white space between tokens, not inside")]
    [InlineData("""{"resourceType":"X","v":1.50,"w":[1e2,-0,{"meta":{"versionId":"1"}},[],{}],"t":true,"n":null}""",
        """{"resourceType":"X","v":1.50,"w":[1e2,-0,{"meta":{"versionId":"1"}},[],{}],"t":true,"n":null}""", "numbers as written, inner meta kept")]
    [InlineData("""{"resourceType":"X","text":"\u00e4\/\"\\n ä"}""", """{"resourceType":"X","text":"\u00e4\/\"\\n ä"}""", "escapes as written")]
    [InlineData("""{"resourceType":"X","meta":null,"contained":[{"resourceType":"Y","id":"z"}]}""", """{"resourceType":"X","meta":null,"contained":[{"resourceType":"Y","id":"z"}]}""", "not an object")]
    public void The_content_is_the_text_without_the_stamps(string json, string expected, string reason) =>
        Assert.True(expected == ResourceText.Parse(json).Content, $"{reason}: {ResourceText.Parse(json).Content}");

    [Theory]
    [InlineData("""{"resourceType":"Device","id":"a","status":"active"}""",
        """{"resourceType":"Device","id":"a","meta":{"versionId":"3","lastUpdated":"2026-03-05T10:00:00.007Z"},"status":"active"}""", "behind id")]
    [InlineData("""{"resourceType":"Device"}""", """{"resourceType":"Device","meta":{"versionId":"3","lastUpdated":"2026-03-05T10:00:00.007Z"}}""", "behind resourceType")]
    [InlineData("""{"id":"a","resourceType":"Device"}""", """{"id":"a","meta":{"versionId":"3","lastUpdated":"2026-03-05T10:00:00.007Z"},"resourceType":"Device"}""", "id first")]
    [InlineData("""{"resourceType":"Device","id":"a","meta":{"profile":["x"]}}""",
        """{"resourceType":"Device","id":"a","meta":{"versionId":"3","lastUpdated":"2026-03-05T10:00:00.007Z","profile":["x"]}}""", "first in meta")]
    [InlineData("""{"resourceType":"Device","id":"a","meta":{"versionId":"9","profile":["x"],"lastUpdated":"z"}}""",
        """{"resourceType":"Device","id":"a","meta":{"versionId":"3","lastUpdated":"2026-03-05T10:00:00.007Z","profile":["x"]}}""", "in the place of others")]
    public void Version_and_time_stand_first_in_meta(string json, string expected, string reason) =>
        Assert.True(expected == ResourceText.Parse(json).WithVersion(3, Time), $"{reason}: {ResourceText.Parse(json).WithVersion(3, Time)}");

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("[]", "not an object")]
    [InlineData("""{"id":"a"}""", "no type")]
    [InlineData("""{"resourceType":"X"} x""", "something behind")]
    [InlineData("""{"resourceType":"X",}""", "trailing comma")]
    [InlineData("""{"resourceType":"X""", "cut off")]
    public void What_is_not_a_resource_is_refused_by_a_sentence(string json, string reason)
    {
        var exception = Record.Exception(() => ResourceText.Parse(json));
        Assert.True(exception is StoreException { Message: [.., '.'] }, $"{reason}: {exception}");
    }

    [Property]
    public FsCheck.Property Stamping_and_indenting_change_no_content() => Prop.ForAll(
        Gen.Choose(0, 1 << 20).ToArbitrary(),
        seed =>
        {
            var json = RandomResource(new Random(seed));
            var text = ResourceText.Parse(json);
            var stamped = text.WithVersion((seed % 9) + 1, Time);
            using var parsed = JsonDocument.Parse(stamped);
            var indented = JsonSerializer.Serialize(parsed, Indented);
            return text.Content == ResourceText.Parse(stamped).Content
                && stamped == ResourceText.Parse(indented).WithVersion((seed % 9) + 1, Time)
                && parsed.RootElement.GetProperty("meta").GetProperty("versionId").GetString() == $"{(seed % 9) + 1}"
                && JsonElement.DeepEquals(WithoutStamps(json), WithoutStamps(stamped));
        });

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    static JsonElement WithoutStamps(string json)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject();
        if (node["meta"] is System.Text.Json.Nodes.JsonObject meta)
        {
            meta.Remove("versionId");
            meta.Remove("lastUpdated");
            if (meta.Count == 0) node.Remove("meta");
        }

        return JsonSerializer.SerializeToElement(node);
    }

    // ASCII and plain numbers: what the serialiser of the indented copy writes the same way.
    static string RandomResource(Random random)
    {
        var members = new List<string> { "\"resourceType\":\"X\"" };
        if (random.Next(2) == 0) members.Add("\"id\":\"a-1\"");
        if (random.Next(3) > 0)
        {
            string[] inner = ["\"versionId\":\"5\"", "\"lastUpdated\":\"2020-01-01T00:00:00Z\"", "\"profile\":[\"http://x/y\"]", "\"tag\":[{\"code\":\"c\"}]"];
            members.Add($"\"meta\":{{{string.Join(",", inner.Where(_ => random.Next(2) == 0).OrderBy(_ => random.Next()))}}}");
        }

        for (var i = random.Next(4); i > 0; i--) members.Add($"\"m{i}\":{Value(random, 3)}");
        return $"{{{string.Join(random.Next(2) == 0 ? "," : " ,\n  ", members.OrderBy(_ => random.Next()))}}}";
    }

    static string Value(Random random, int depth) => random.Next(depth > 0 ? 6 : 4) switch
    {
        0 => "1.50",
        1 => "\"t x\"",
        2 => "true",
        3 => "null",
        4 => $"[{string.Join(",", Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, depth - 1)))}]",
        _ => $"{{{string.Join(",", Enumerable.Range(0, random.Next(3)).Select(i => $"\"k{i}\": {Value(random, depth - 1)}"))}}}",
    };
}
