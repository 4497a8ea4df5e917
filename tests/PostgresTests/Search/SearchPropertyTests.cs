using System.Globalization;
using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>What the database answers is what a plain evaluation in memory answers, for random resources and queries.</summary>
public sealed class SearchPropertyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    static int Queries => int.TryParse(Environment.GetEnvironmentVariable("DICOM2FHIR_QUERIES"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 600;

    [Fact]
    public async Task Answers_equal_a_plain_evaluation_in_memory()
    {
        var random = new Random(20261124);
        var studies = await WriteAsync(random);
        var executor = new SearchExecutor(database.Facade, Zone);
        var queries = new RandomQueries(random, Zone);
        var context = new QueryContext(Zone, [new Uri("http://server.example/fhir")]);
        var hits = 0;
        for (var i = 0; i < Queries; i++)
        {
            var query = queries.Next();
            var text = string.Join('&', query.Select(one => $"{one.Name}={one.Value}"));
            var parsed = QueryStringParser.Parse(ServedType.ImagingStudy, query.Select(one => KeyValuePair.Create(one.Name, one.Value)), context);
            Assert.True(parsed.Problems.Count == 0, text + ": " + string.Join(" ", parsed.Problems.Select(problem => problem.Text)));
            var expected = studies.Values.Where(study => query.All(one => one.Matches(study))).Select(study => study.Id!).Order(StringComparer.Ordinal).ToList();

            var count = (await executor.CountAsync(parsed.Request, TestContext.Current.CancellationToken)).Total;
            var drained = await DrainAsync(executor, parsed.Request, 1 + random.Next(80), random.Next(3) == 0 ? TotalMode.Accurate : TotalMode.Cheap, expected.Count, text);

            Assert.True(count == expected.Count, $"{text}: counted {count}, {expected.Count} match");
            Assert.True(expected.SequenceEqual(drained.Order(StringComparer.Ordinal)), $"{text}: [{string.Join(' ', drained.Except(expected))}] too many, [{string.Join(' ', expected.Except(drained))}] missing, {drained.Count} drained");
            hits += Math.Sign(expected.Count);
        }

        Assert.InRange(hits, Queries / 3, Queries);      // the vocabulary is small enough for the test to say something
    }

    // 300 studies in batches, some replaced once or twice, some deleted; folded in between, so that old numbers are retired.
    async Task<Dictionary<string, ImagingStudy>> WriteAsync(Random random)
    {
        var make = new RandomStudies(random);
        var studies = new Dictionary<string, ImagingStudy>();
        var folder = new Folder(database.Owner);
        for (var round = 0; round < 6; round++)
        {
            var ids = round < 3 ? Enumerable.Range(round * 100, 100) : Enumerable.Range(0, 300).Where(_ => random.Next(4) == 0);
            var batch = ids.Select(i => make.Next("s" + i.ToString(CultureInfo.InvariantCulture))).ToList();
            await StoreAsync(batch, round == 5 ? [.. Enumerable.Range(0, 300).Where(i => i % 17 == 3).Select(i => "s" + i.ToString(CultureInfo.InvariantCulture))] : []);
            foreach (var study in batch) studies[study.Id!] = study;
            if (round != 1) await folder.FoldAllAsync(TestContext.Current.CancellationToken);
        }

        foreach (var i in Enumerable.Range(0, 300).Where(i => i % 17 == 3)) studies.Remove("s" + i.ToString(CultureInfo.InvariantCulture));
        return studies;
    }

    async Task StoreAsync(List<ImagingStudy> studies, IReadOnlyCollection<string> deleted)
    {
        await using var batch = await WriteBatch.BeginAsync(database.Owner, new IndexExtractor(Zone), [], TestContext.Current.CancellationToken);
        var writes = studies.Select(study => new ResourceWrite(ServedType.ImagingStudy, study.Id!, MappedJson.Write(study), (ImagingStudy)study.DeepCopy(), Origin.Import, ConformanceState.Unchecked)).ToList();
        await batch.WriteAsync(writes, TestContext.Current.CancellationToken);
        await batch.DeleteAsync(ServedType.ImagingStudy, deleted, Origin.Import, TestContext.Current.CancellationToken);
        await batch.CommitAsync(TestContext.Current.CancellationToken);
    }

    static async Task<List<string>> DrainAsync(SearchExecutor executor, SearchRequest request, int count, TotalMode total, int expected, string text)
    {
        var ids = new List<string>();
        PagePosition? position = null;
        do
        {
            var page = await executor.PageAsync(request, position, count, 4_000_000, total, TestContext.Current.CancellationToken);
            Assert.False(page.Expired);
            Assert.InRange(page.Resources.Count, page.Next is null ? 0 : 1, count);
            if (page.Total is { } known) Assert.True(known == expected, $"{text}: total {known}, {expected} match");
            if (total == TotalMode.Accurate) Assert.NotNull(page.Total);
            ids.AddRange(page.Resources.Select(resource => resource.Id));
            position = page.Next;
        }
        while (position is not null);
        return ids;
    }
}
