using System.Buffers;
using System.Globalization;
using System.Text;
using Dicom2Fhir.FhirFacade.Fhir;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Outlines;

namespace Dicom2Fhir.UnitTests.Store.Outlines;

/// <summary>What is answered from an outline is, byte for byte, what the filter makes of the document.</summary>
public sealed class OutlineTests
{
    static readonly DateTime Time = new(2026, 3, 5, 9, 0, 0, 7, DateTimeKind.Utc);

    // Members as imports have them: any order, other types' members, escapes, extensions of primitives, values that are no objects.
    static readonly string[] Members =
    [
        "\"resourceType\":\"TYPE\"", "\"id\":\"a-1\"", "\"subject\":{\"reference\":\"Patient/p\"}", "\"subject\":{\"reference\":\"Patient\\/M\\u00fcller\",\"display\":\"ﷺ Müller \\\"x\\\"\"}",
        "\"patient\":{\"identifier\":{\"system\":\"urn:x\",\"value\":\"1\"}}", "\"started\":\"2024-03-05T10:00:00+01:00\"", "\"started\":null", "\"_started\":{\"extension\":[{\"url\":\"u\",\"valueCode\":\"x\"}]}",
        "\"status\":\"available\"", "\"st\\u0061tus\":\"final\"", "\"_status\":{\"id\":\"s\"}", "\"_id\":{\"extension\":[]}", "\"code\":{\"coding\":[{\"system\":\"s\",\"code\":\"c\"}],\"text\":\"Kopf – Häälle\"}",
        "\"intent\":\"order\"", "\"date\":\"2024\"", "\"title\":\"T\"", "\"author\":[{\"reference\":\"x\"},{}]", "\"medicationCodeableConcept\":{}", "\"medicationReference\":{\"reference\":\"#m\"}",
        "\"series\":[{\"uid\":\"1.2\",\"subject\":{\"reference\":\"no\"},\"id\":\"x\",\"started\":\"x\"}]", "\"numberOfSeries\":1.50", "\"extension\":[{\"url\":\"e\",\"valueDecimal\":4.00}]", "\"contained\":[]",
    ];

    static readonly string[] Metas =
    [
        "", "\"meta\":{}", "\"meta\":{\"versionId\":\"77\",\"lastUpdated\":\"x\"}", "\"meta\":{\"profile\":[\"http://p|1\"]}", "\"meta\":{\"tag\":[]}", "\"meta\":{\"tag\":[{\"code\":\"t\"}],\"source\":\"#a1b2\"}",
        "\"meta\":{\"source\":\"urn:a\",\"_source\":{\"id\":\"q\"},\"versionId\":\"3\",\"security\":[{\"code\":\"R\",\"display\":\"\\ud83d\\ude00\"}],\"extension\":[{\"url\":\"u\"}]}", "\"meta\":{\"profile\":[\"a\"],\"profile\":[\"b\"]}",
        "\"meta\":null", "\"meta\":[1]",
    ];

    static readonly string[] Wishes = ["subject", "id", "started", "status", "patient,started", "subject.reference", "ImagingStudy.subject", "meta"];

    [Fact]
    public void An_outline_answers_as_the_document_does()
    {
        var random = new Random(20261126);
        var outlined = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var type = ServedType.All[random.Next(ServedType.All.Count)];
            var (text, version) = (Document(random, type.Name), random.Next(1, 30));
            var document = ResourceText.Parse(text).WithVersion(version, Time);
            if (Outline.Split(type, "a-1", version, Time, document) is not { } split) continue;
            outlined++;
            var query = "_elements=" + Wishes[random.Next(Wishes.Length)];
            Assert.Equal(Filtered(type, query, document), FromOutline(type, query, version, split));
        }

        Assert.InRange(outlined, 5_000, 20_000);
    }

    [Theory]
    [InlineData("""{"resourceType":"ImagingStudy","id":"other","status":"available"}""", "another id")]
    [InlineData("""{"resourceType":"ImagingStudy","id":"a\u002d1","status":"available"}""", "an escaped id")]
    [InlineData("""{"resourceType":"ImagingStudy","status":"available"}""", "no id")]
    [InlineData("""{"resourceType":"ImagingStudy","id":"a-1","id":"a-1"}""", "two ids")]
    [InlineData("""{"resourceType":"ImagingStudy","id":"a-1","subject":{},"subject":{}}""", "two subjects")]
    [InlineData("""{"resourceType":"ImagingStudy","id":"a-1","meta":{"source":"a"},"meta":{"source":"b"}}""", "two metas")]
    [InlineData("""{"resourceType":"ImagingStudy","id":"a-1","meta":null}""", "no object")]
    [InlineData("{\"resourceType\":\"ImagingStudy\",\"id\":\"a-1\",\"description\":\"\uFDD1\"}", "the character of a place")]
    public void What_is_odd_has_none(string text, string why)
    {
        var document = ResourceText.Parse(text).WithVersion(1, Time);
        Assert.True(Outline.Split(ServedType.ImagingStudy, "a-1", 1, Time, document) is null, why);
    }

    [Theory]
    [InlineData(900, 100, true)]
    [InlineData(1_100, 100, false)]
    [InlineData(100, 1_700, true)]
    [InlineData(100, 2_100, false)]
    public void What_is_long_has_none(int reference, int profile, bool has)
    {
        var text = $$$"""{"resourceType":"ImagingStudy","id":"a-1","meta":{"profile":["{{{new string('p', profile)}}}"]},"subject":{"reference":"{{{new string('r', reference)}}}"}}""";
        Assert.Equal(has, Outline.Split(ServedType.ImagingStudy, "a-1", 1, Time, ResourceText.Parse(text).WithVersion(1, Time)) is not null);
    }

    [Fact]
    public void A_form_is_shared_and_names_nobody()
    {
        var forms = new HashSet<string>();
        for (var number = 0; number < 50; number++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"s{number}");
            var text = $$$"""{"resourceType":"ImagingStudy","id":"{{{id}}}","meta":{"source":"#{{{id}}}","profile":["p"]},"status":"available","subject":{"reference":"Patient/{{{id}}}","display":"{{{id}}}"},"started":"20{{{number:00}}}"}""";
            forms.Add(Outline.Split(ServedType.ImagingStudy, id, number + 1, Time.AddDays(number), ResourceText.Parse(text).WithVersion(number + 1, Time.AddDays(number)))!.Value.Form);
        }

        Assert.Equal(
            "{\"resourceType\":\"ImagingStudy\",\"id\":\"\uFDD0\",\"meta\":{\"versionId\":\"\uFDD1\",\"lastUpdated\":\"\uFDD2\",\"source\":\"\uFDD3\",\"profile\":[\"p\"]},\"status\":\"available\",\"subject\":\"\uFDD4\",\"started\":\"\uFDD5\"}",
            Assert.Single(forms));
    }

    static string Document(Random random, string type)
    {
        var chosen = Members.Where((_, i) => i < 2 || random.Next(3) == 0).Append(Metas[random.Next(Metas.Length)]).Where(member => member.Length > 0).ToArray();
        if (random.Next(2) == 0) random.Shuffle(chosen);
        return "{" + string.Join(random.Next(2) == 0 ? "," : " ,\n ", chosen).Replace("TYPE", type, StringComparison.Ordinal) + "}";
    }

    static ElementFilter Filter(ServedType type, string query) => ElementFilter.Of(type.Name, ResultParameters.Split(RawQuery.Parse(query)).Results, instances: true)!;

    static string Filtered(ServedType type, string query, string document) => Encoding.UTF8.GetString(Filter(type, query).Apply(Encoding.UTF8.GetBytes(document)));

    static string FromOutline(ServedType type, string query, int version, (string Form, string Values) split)
    {
        var output = new ArrayBufferWriter<byte>();
        var resource = new StoredResource(type, "a-1", version, Time, default) { Outline = new Outline(0, split.Values) };
        new OutlineParts(Filter(type, query).Apply(Encoding.UTF8.GetBytes(split.Form))).Write(output, resource);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
