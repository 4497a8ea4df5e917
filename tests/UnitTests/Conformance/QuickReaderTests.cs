using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Mapping;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Utility;

namespace Dicom2Fhir.UnitTests.Conformance;

/// <summary>What is read quickly is what the SDK's strict parser takes, and nothing that it refuses, whatever is wrong with the text.</summary>
public class QuickReaderTests
{
    static readonly JsonSerializerOptions Strict = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Strict);

    // Values that some element somewhere refuses, or takes though it should look suspicious.
    static readonly string[] Values =
    [
        "null", "true", "1", "-1", "1.5", "1e400", "0123", "12345678901234567890", "\"\"", "\" \"", "\"x\"", "\" x \"", "\"true\"", "\"1\"", "\"2024-02-30\"", "\"2024\"", "\"2024-01-01T10:00:00Z\"",
        "\"a/b c\"", "\"\\u0000\"", "\"\\ud800\"", "\"http://example.org\"", "\"available\"", "\"Available\"", "[]", "[null]", "[\"x\"]", "[1]", "{}", "{\"id\":\"x\"}", "{\"code\":\"x\"}",
        "[{\"code\":\"x\"}]", "{\"resourceType\":\"Patient\",\"id\":\"p\"}", "[{\"resourceType\":\"Patient\",\"id\":\"p\"}]", "[{\"resourceType\":\"patient\",\"id\":\"p\"}]",
        "[{\"resourceType\":\"Patient\",\"id\":\"p\",\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"q\"}]}]", "{\"status\":\"empty\",\"div\":\"<div>x</div>\"}",
        "{\"status\":\"generated\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">x</div>\"}", "{\"reference\":\"Patient/1\"}", "{\"value\":1,\"unit\":\"mm\"}", "{\"system\":\"http://a\",\"code\":\"b\"}",
    ];

    static readonly string[] Names =
    [
        "zzz", "_zzz", "id", "_id", "Id", "ID", "status", "Status", "extension", "modifierExtension", "contained", "text", "meta", "language", "implicitRules", "value", "valueString", "valuestring", "valueQuantity",
        "valueSimpleQuantity", "ValueString", "url", "code", "resourceType", "fhir_comments", "Series", "instance", "series", "subject", "identifier", "st\\u0061tus", "deceasedBoolean", "multipleBirthInteger",
    ];

    [Fact]
    public void Ordinary_resources_are_read_quickly_and_as_the_strict_parser_reads_them()
    {
        foreach (var text in Ours())
        {
            var quick = QuickReader.Read(Encoding.UTF8.GetBytes(text));
            Assert.NotNull(quick);
            Assert.True(quick.IsExactly(JsonSerializer.Deserialize<Resource>(text, Strict)!));
        }
    }

    [Fact]
    public void Nothing_the_strict_parser_refuses_is_read_quickly()
    {
        var (quick, refused) = (0, 0);
        foreach (var text in Ours()) Compare(text, new Random(1), 4_000, ref quick, ref refused);

        Assert.InRange(quick, 500, int.MaxValue);
        Assert.InRange(refused, 2_000, int.MaxValue);
    }

    [Fact]
    public void The_same_for_official_examples_and_labelled_resources()
    {
        Shared.Require();
        var (quick, refused, count) = (0, 0, 0);
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Shared!, "mii", "examples"), "*.json").Concat(Corpus.Items().Select(item => Path.Combine(Corpus.Folder, item.File)));
        foreach (var file in files.Distinct().Order(StringComparer.Ordinal))
        {
            var text = File.ReadAllText(file);
            Same(text, ref quick, ref refused);
            if (IsObject(text)) Compare(text, new Random(count++), 40, ref quick, ref refused);
        }

        Assert.InRange(quick, 1_000, int.MaxValue);
        Assert.InRange(refused, 1_000, int.MaxValue);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","id":"p","Active":true}""")]
    [InlineData("""{"resourceType":"patient","id":"p"}""")]
    [InlineData("""{"resourceType":"Patient","id":"p"} x""")]
    [InlineData("""{"resourceType":"Patient","id":"p","active":"true"}""")]
    [InlineData("""{"resourceType":"Patient","id":"p","name":[{}]}""")]
    [InlineData("""{"resourceType":"Patient","id":"p","gender":"Male"}""")]
    [InlineData("""{"resourceType":"Patient","id":"p","contained":[{"resourceType":"Patient","id":"q","contained":[{"resourceType":"Patient","id":"r"}]}]}""")]
    [InlineData("""{"resourceType":"ImagingStudy","id":"s","status":"available"}""")]
    [InlineData("""{"resourceType":"Nothing","id":"p"}""")]
    [InlineData("""{"id":"p"}""")]
    [InlineData("""{"resourceType":"ChargeItem","id":"c","status":"billable","code":{"text":"x"},"subject":{"reference":"Patient/p"},"bodySite":[{"text":"x"}]}""")]
    [InlineData("""{"resourceType":"ImagingStudy","id":"s","status":"available","subject":{"reference":"Patient/p"},"series":[{"uid":"1","modality":{"code":"CT"},"bodysite":{"code":"1"}}]}""")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("\ufeff{\"resourceType\":\"Patient\",\"id\":\"p\"}")]
    public void Doubtful_texts_are_left_to_the_strict_parser(string text) => Assert.Null(QuickReader.Read(Encoding.UTF8.GetBytes(text)));

    static IEnumerable<string> Ours() =>
    [
        MappedJson.Write(Studies.Full(2, 2)),
        """{"resourceType":"Device","id":"d","meta":{"profile":["http://example.org/p"]},"identifier":[{"system":"urn:a","value":"1"}],"manufacturer":"A","deviceName":[{"name":"B","type":"model-name"}],"type":{"coding":[{"system":"http://snomed.info/sct","code":"90003000"}]}}""",
        """{"resourceType":"Observation","id":"o","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2024-05-06","valueQuantity":{"value":70.5,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"},"component":[{"code":{"text":"x"},"valueInteger":3}]}""",
        """{"resourceType":"MedicationAdministration","id":"m","contained":[{"resourceType":"Medication","id":"c","code":{"text":"Iohexol"}}],"status":"completed","medicationReference":{"reference":"#c"},"subject":{"reference":"Patient/p"},"effectivePeriod":{"start":"2024-05-06T07:08:09Z"},"dosage":{"dose":{"value":80}}}""",
    ];

    // One change of a random place each time, sometimes of several.
    static void Compare(string text, Random random, int rounds, ref int quick, ref int refused)
    {
        for (var round = 0; round < rounds; round++)
        {
            var root = JsonNode.Parse(text)!.AsObject();
            for (var changes = random.Next(8) == 0 ? 3 : 1; changes > 0; changes--) Change(Objects(root).ElementAt(random.Next(Objects(root).Count())), random);
            Same(Unquoted(root.ToJsonString()), ref quick, ref refused);
        }
    }

    // A value is put in as a text of its own, since nodes hold no half surrogates and no numbers such as 0123.
    const string Mark = "@@";

    static string Unquoted(string json)
    {
        foreach (var (value, i) in Values.Select((value, i) => (value, i))) json = json.Replace($"\"{Mark}{i}{Mark}\"", value, StringComparison.Ordinal);
        foreach (var (name, i) in Names.Select((name, i) => (name, i))) json = json.Replace($"\"{Mark}n{i}{Mark}\"", $"\"{name}\"", StringComparison.Ordinal);
        return json;
    }

    static void Change(JsonObject node, Random random)
    {
        string[] names = [.. node.Select(pair => pair.Key)];
        var name = names.Length == 0 ? "id" : names[random.Next(names.Length)];
        switch (random.Next(8))
        {
            case 0: node.Remove(name); break;
            case 1: node[$"{Mark}n{random.Next(Names.Length)}{Mark}"] = Value(random); break;
            case 2 when node[name] is JsonArray list: node[name] = list.Count > 0 ? list[0]?.DeepClone() : null; break;
            case 2: node[name] = new JsonArray(node[name]?.DeepClone()); break;
            case 3 when node[name] is JsonArray { Count: > 0 } list: list.Add(list[0]?.DeepClone()); break;
            case 4:
                var value = node[name]?.DeepClone();
                node.Remove(name);
                node[random.Next(3) switch { 0 => char.ToUpperInvariant(name[0]) + name[1..], 1 => name.ToUpperInvariant(), _ => name[..^1] + char.ToUpperInvariant(name[^1]) }] = value;
                break;
            case 5: node["_" + name] = Value(random); break;
            default: node[name] = Value(random); break;
        }
    }

    static bool IsObject(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static JsonValue Value(Random random) => JsonValue.Create($"{Mark}{random.Next(Values.Length)}{Mark}");

    static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject one => [one, .. one.SelectMany(pair => Objects(pair.Value))],
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };

    static void Same(string text, ref int quick, ref int refused)
    {
        Resource? strict = null;
        try
        {
            strict = JsonSerializer.Deserialize<Resource>(text, Strict);
        }
        catch (Exception exception) when (exception is JsonException or DeserializationFailedException or CodedException or InvalidOperationException)
        {
            refused++;
        }

        if (QuickReader.Read(Encoding.UTF8.GetBytes(text)) is not { } read) return;
        quick++;
        Assert.True(strict is not null, text);
        Assert.True(read.IsExactly(strict), text);
    }
}
