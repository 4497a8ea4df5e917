using System.Globalization;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using SearchParameter = Dicom2Fhir.Store.Search.SearchParameter;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>What the database answers is what a plain evaluation in memory answers, for random resources of all types and random queries over every parameter.</summary>
public sealed class SearchPropertyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly BaseFhirJsonSerializer Serializer = new(ModelInfo.ModelInspector);
    static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    // Every parameter of every type twice and with each of its modifiers, then any, chains and _has among them. The same ones at every run; DICOM2FHIR_QUERIES=100000 asks more.
    static readonly int Queries = int.TryParse(Environment.GetEnvironmentVariable("DICOM2FHIR_QUERIES"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : 3_000;

    // The time of a query goes to the round trips of its statements, not to either processor: several wait at once.
    const int AtOnce = 4;

    static readonly QueryContext Context = new(Naive.Zone, [new Uri("http://server.example/fhir")], new Clock()) { ValueSets = RandomQueries.Set };

    sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static string Write(Resource resource) => Serializer.SerializeToString(resource);

    [Fact]
    public async Task Answers_equal_a_plain_evaluation_in_memory()
    {
        var random = new Random(20261125);
        var world = await WriteAsync(random);
        var queries = new RandomQueries(random, world, Now);
        List<(ServedType Type, IReadOnlyList<Meaning> Query)> asked = [.. Enumerable.Repeat(SearchParameters.All, 2).SelectMany(all => all).Select(Once)];
        asked.AddRange(SearchParameters.All.SelectMany(parameter => Modifiers.Of(parameter).Select(modifier => (parameter.Type, (IReadOnlyList<Meaning>)[queries.With(parameter, modifier)]))));
        while (asked.Count < Queries) asked.Add(Several(ServedType.All[random.Next(ServedType.All.Count)]));
        (ServedType, IReadOnlyList<Meaning>) Once(SearchParameter parameter) => (parameter.Type, [queries.One(parameter)]);
        (ServedType, IReadOnlyList<Meaning>) Several(ServedType type) => (type, [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => queries.Any(type))]);

        var hits = 0;
        await Parallel.ForAsync(0, asked.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancelled }, async (number, _) =>
        {
            if (await AskAsync(new Random(number), world, asked[number].Type, asked[number].Query) > 0) Interlocked.Increment(ref hits);
        });

        TestContext.Current.TestOutputHelper?.WriteLine($"{asked.Count} queries, {hits} with matches");
        Assert.InRange(hits, asked.Count / 4, asked.Count);      // the vocabulary is small enough for the test to say something
        Assert.All(SearchParameters.All, parameter => Assert.Contains(asked, one => one.Type == parameter.Type && one.Query.Any(meaning => meaning.Name.Split(':', '.')[0] == parameter.Name)));
    }

    async Task<int> AskAsync(Random random, World world, ServedType type, IReadOnlyList<Meaning> query)
    {
        var text = $"{type.Name}?{string.Join('&', query.Select(one => $"{one.Name}={one.Value}"))}";
        var sort = random.Next(4) == 0 ? RandomOrder.Of(random, type) : null;
        var include = random.Next(8) == 0 ? RandomInclude.Of(random, type) : null;
        List<KeyValuePair<string, string>> parameters = [.. query.Select(one => KeyValuePair.Create(one.Name, one.Value))];
        if (sort is not null) parameters.Add(KeyValuePair.Create("_sort", sort.Text));
        if (include is not null) parameters.Add(KeyValuePair.Create(include.Name, include.Value));
        var parsed = QueryStringParser.Parse(type, parameters, Context);
        Assert.True(parsed.Problems.Count == 0, text + ": " + string.Join(" ", parsed.Problems.Select(problem => problem.Text)));
        var expected = world.Of(type).Where(resource => query.All(one => one.Matches(resource))).Select(resource => resource.Id!).Order(StringComparer.Ordinal).ToList();

        var executor = new SearchExecutor(database.Facade, Naive.Zone) { SortInMemory = random.Next(2) * 20_000 };
        var count = await executor.CountAsync(parsed.Request, Cancelled);
        var size = random.Next(3) > 0 ? 1000 : 5 + random.Next(60);
        var drained = await DrainAsync(executor, parsed.Request, size, random.Next(3) == 0 ? TotalMode.Accurate : TotalMode.Cheap, expected.Count, text, include, world);

        Assert.True(count.Problem is null && count.Total == expected.Count, $"{text}: counted {count.Total}, {expected.Count} match {count.Problem?.Text}");
        Assert.True(
            expected.SequenceEqual(drained.Order(StringComparer.Ordinal)),
            $"{text}: [{string.Join(' ', drained.Except(expected))}] too many, [{string.Join(' ', expected.Except(drained))}] missing, {drained.Count} drained of {expected.Count}");
        if (sort is not null) Assert.True(sort.Holds([.. drained.Select(id => world.Resources[(type.Name, id)])]), $"{text}&_sort={sort.Text}: {string.Join(' ', drained)}");
        return expected.Count;
    }

    // All types in batches, some replaced once or twice, some deleted; folded in between, so that old numbers are retired.
    async Task<World> WriteAsync(Random random)
    {
        var make = new RandomResources(random);
        var world = new World();
        var folder = new Folder(database.Owner);
        for (var round = 0; round < 4; round++)
        {
            foreach (var type in ServedType.All)
            {
                var numbers = Enumerable.Range(0, RandomResources.Counts[type.Name]).Where(number => round < 2 ? number % 2 == round : random.Next(4) == 0);
                var batch = numbers.Select(number => make.Next(type.Name, RandomResources.IdOf(type.Name, number))).ToList();
                await StoreAsync(type, batch, []);
                foreach (var resource in batch) world.Resources[(type.Name, resource.Id!)] = resource;
            }

            if (round != 1) await folder.FoldAllAsync(Cancelled);
        }

        foreach (var type in ServedType.All)
        {
            var deleted = Enumerable.Range(0, RandomResources.Counts[type.Name]).Where(number => number % 17 == 3).Select(number => RandomResources.IdOf(type.Name, number)).ToList();
            await StoreAsync(type, [], deleted);
            deleted.ForEach(id => world.Resources.Remove((type.Name, id)));
        }

        await folder.FoldAllAsync(Cancelled);
        await database.ExecuteAsync("analyze");
        await ReadTimesAsync(world);
        return world;
    }

    async Task StoreAsync(ServedType type, List<Resource> resources, List<string> deleted)
    {
        await using var batch = await WriteBatch.BeginAsync(database.Owner, new IndexExtractor(Naive.Zone), [], Cancelled);
        await batch.WriteAsync(
            [.. resources.Select(resource => new ResourceWrite(type, resource.Id!, Write(resource), (Resource)resource.DeepCopy(), Origin.Import, ConformanceState.Unchecked))], Cancelled);
        await batch.DeleteAsync(type, deleted, Origin.Import, Cancelled);
        await batch.CommitAsync(Cancelled);
    }

    // _lastUpdated is the store's.
    async Task ReadTimesAsync(World world)
    {
        await using var command = database.Owner.CreateCommand("select type, id, last_updated from resource where not deleted");
        await using var reader = await command.ExecuteReaderAsync(Cancelled);
        while (await reader.ReadAsync(Cancelled)) world.Resources[(ServedType.Find(reader.GetInt16(0)).Name, reader.GetString(1))].Meta!.LastUpdated = reader.GetDateTime(2);
    }

    static async Task<List<string>> DrainAsync(
        SearchExecutor executor, SearchRequest request, int count, TotalMode total, int expected, string text, RandomInclude? include, World world)
    {
        var ids = new List<string>();
        PagePosition? position = null;
        do
        {
            var page = await executor.PageAsync(request, position, count, 4_000_000, total, Cancelled);
            Assert.False(page.Expired);
            Assert.True(page.Problem is null, $"{text}: {page.Problem?.Text}");
            Assert.InRange(page.Resources.Count, page.Next is null ? 0 : 1, count);
            if (page.Total is { } known) Assert.True(known == expected, $"{text}: total {known}, {expected} match");
            if (total == TotalMode.Accurate) Assert.NotNull(page.Total);
            if (include is not null) include.Check(world, request.Type, [.. page.Resources.Select(resource => resource.Id)], page.Included);
            ids.AddRange(page.Resources.Select(resource => resource.Id));
            position = page.Next;
        }
        while (position is not null);
        return ids;
    }
}
