using System.Text;
using System.Text.Json;
using Dicom2Fhir.FhirFacade.Fhir;
using Dicom2Fhir.PostgresTests.Search;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>Pages that are answered from outlines: the same bytes as the filter makes of the stored documents, whatever was stored, replaced or deleted.</summary>
public sealed class OutlineTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly JsonSerializerOptions Reading = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Ostrich);

    static readonly IndexExtractor Extractor = new(Naive.Zone);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_equals_the_filtered_documents()
    {
        var random = new Random(20261126);
        var make = new RandomResources(random);
        foreach (var type in ServedType.All)
        {
            for (var round = 0; round < 2; round++) await WriteAsync(type, [.. Enumerable.Range(0, 60 / (round + 1)).Select(number => make.Next(type.Name, $"r{number}"))]);
            await DeleteAsync(type, "r3");
            if (random.Next(2) == 0) await new Folder(database.Owner).FoldAllAsync(Cancelled);
            await WriteAsync(type, [make.Next(type.Name, "r7")]);       // newer than its search row
        }

        await new Folder(database.Owner).FoldAllAsync(Cancelled);
        await ExecuteAsync("update resource set form = null, outline = null where id in ('r5', 'r11')");
        var outlined = 0;
        foreach (var type in ServedType.All)
        {
            foreach (var elements in new[] { "subject", "id", "status,started", "subject,identifier", "unknown", "patient.reference" }) outlined += await CompareAsync(type, elements);
        }

        Assert.InRange(outlined, 59 * ServedType.All.Count * 3, int.MaxValue);
    }

    [Fact]
    public async Task Documents_larger_than_a_look_ahead_close_the_page_and_come_whole()
    {
        var sizes = new[] { 10, 300_000, 10, 700_000, 20, 10, 1_800_000, 30, 10, 10 };
        var type = ServedType.Procedure;
        var texts = sizes.Select((size, i) => $$$"""{"resourceType":"Procedure","id":"large{{{i}}}","status":"completed","subject":{"reference":"Patient/p"},"note":[{"text":"{{{new string((char)('a' + i), size)}}}"}]}""").ToList();
        await using (var batch = await WriteBatch.BeginAsync(database.Owner, Extractor, [], Cancelled))
        {
            await batch.WriteAsync([.. texts.Select((text, i) => new ResourceWrite(type, $"large{i}", text, Parse(text), Origin.Import, ConformanceState.Unchecked))], Cancelled);
            await batch.CommitAsync(Cancelled);
        }

        await new Folder(database.Owner).FoldAllAsync(Cancelled);
        var executor = new SearchExecutor(database.Facade, Naive.Zone);
        var request = QueryStringParser.Parse(type, [KeyValuePair.Create("_id", string.Join(',', Enumerable.Range(0, sizes.Length).Select(i => $"large{i}")))], new QueryContext(Naive.Zone, [])).Request;
        var (seen, pages) = (new List<string>(), 0);
        PagePosition? position = null;
        do
        {
            using var page = await executor.PageAsync(request, position, 100, 1_000_000, TotalMode.None, Cancelled);
            Assert.True(page.Resources.Count == 1 || page.Resources.Sum(resource => resource.Document.Length) <= 1_000_000);
            Assert.All(page.Resources, resource => Assert.Contains(texts[resource.Id[^1] - '0'][60..], resource.Text, StringComparison.Ordinal));
            seen.AddRange(page.Resources.Select(resource => resource.Id));
            position = page.Next;
            pages++;
        }
        while (position is not null);
        Assert.Equal(Enumerable.Range(0, sizes.Length).Select(i => $"large{i}"), seen);
        Assert.Equal(4, pages);
    }

    // How many were answered from their outline.
    async Task<int> CompareAsync(ServedType type, string elements)
    {
        var results = ResultParameters.Split([KeyValuePair.Create("_elements", elements), KeyValuePair.Create("_count", "25")]).Results;
        var request = QueryStringParser.Parse(type, [], new QueryContext(Naive.Zone, [])).Request with { Elements = ElementFilter.Wanted(results) };
        var filters = new AnswerFilters(results, instances: true);
        var filter = filters.OfMatch(type)!;
        var executor = new SearchExecutor(database.Facade, Naive.Zone);
        var (outlined, seen) = (0, 0);
        PagePosition? position = null;
        do
        {
            var page = await executor.PageAsync(request, position, results.Count, 4_000_000, TotalMode.None, Cancelled);
            using var body = BundleWriter.Write(new Uri("http://server.example/fhir"), "x", null, page, filters, []);
            using var bundle = JsonDocument.Parse(body.Whole);
            foreach (var entry in bundle.RootElement.GetProperty("entry").EnumerateArray())
            {
                var resource = page.Resources[seen++ % results.Count];
                var read = Assert.IsType<ReadResult.Found>(await new ResourceReader(database.Facade).ReadAsync(type, resource.Id, Cancelled)).Resource;
                Assert.Equal(Encoding.UTF8.GetString(filter.Apply(read.Document.Span)), entry.GetProperty("resource").GetRawText());
                Assert.Equal($"http://server.example/fhir/{type.Name}/{resource.Id}", entry.GetProperty("fullUrl").GetString());
                if (resource.Outline is not null) outlined++;
            }

            position = page.Next;
        }
        while (position is not null);
        return outlined;
    }

    async Task WriteAsync(ServedType type, IReadOnlyList<Resource> resources)
    {
        await using var batch = await WriteBatch.BeginAsync(database.Owner, Extractor, [], Cancelled);
        await batch.WriteAsync([.. resources.Select(resource => new ResourceWrite(type, resource.Id!, SearchPropertyTests.Write(resource), resource, Origin.Import, ConformanceState.Unchecked))], Cancelled);
        await batch.CommitAsync(Cancelled);
    }

    async Task DeleteAsync(ServedType type, string id)
    {
        await using var batch = await WriteBatch.BeginAsync(database.Owner, Extractor, [], Cancelled);
        await batch.DeleteAsync(type, [id], Origin.Import, Cancelled);
        await batch.CommitAsync(Cancelled);
    }

    async Task ExecuteAsync(string sql)
    {
        await using var command = database.Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    static Resource Parse(string json) => JsonSerializer.Deserialize<Resource>(json, Reading)!;
}
