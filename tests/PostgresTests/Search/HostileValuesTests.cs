using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>Nothing in a query becomes SQL: hostile values through every parameter and modifier are refused or find nothing, and no statement breaks.</summary>
public sealed class HostileValuesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    const int Values = 100_000;

    static readonly string[] Pieces =
    [
        "'", "''", "\"", ";", "--", "/*", "*/", "drop table resource", "' or '1'='1", "union select", "$1", "$$", "{0}", "{", "}", "%", "_", "\\", "\\\\", "\\,", "|", "||", "$", ",", ":", "::", "\0",
        "\u001f", "\ud800", "\udc00", "\u202e", "ß", "\u0301", "1", "-1", "1e9", "9999999999999999999", "NaN", "Infinity", "ge2024-01-01", "2024-02-30", "0001", "9999", "true", "null", "Patient/", "../", "http://x|y", "urn:uuid:", "pg_sleep(9)",
        "\r\n", "\t", " ", "𝒳", "e", "E'\\''", "::int", "(", ")", "[", "]", "@", "?", "&", "#", "select", "0x", "+", "ap5", "lt", "http://unitsofmeasure.org|mGy",
    ];

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_thousand_hostile_values_break_no_statement()
    {
        var random = new Random(42);
        await StoreAsync(random);
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var executor = new SearchExecutor(database.Facade, zone);
        var context = new QueryContext(zone, [new Uri("http://server.example/fhir")]) { ValueSets = canonical => [new TokenValue(canonical, canonical)] };
        var names = SearchParameters.All.SelectMany(Names).ToList();
        var (asked, understood) = (0, 0);
        for (var i = 0; asked < Values; i++)
        {
            var (type, name) = names[i % names.Count];
            var values = Enumerable.Range(0, Values / names.Count + 1).Select(_ => Value(random)).ToList();
            asked += values.Count;
            var good = values.Where(value => QueryStringParser.Parse(type, [KeyValuePair.Create(name, value)], context) is { Problems.Count: 0, Request.Criteria.Count: 1 }).ToList();
            understood += good.Count;
            var query = name.EndsWith(":in", StringComparison.Ordinal) || name.EndsWith(":not-in", StringComparison.Ordinal) || name.EndsWith(":missing", StringComparison.Ordinal) ? good.Take(1) : [string.Join(',', good)];
            foreach (var value in query.Where(value => value.Length > 0)) await AskAsync(executor, QueryStringParser.Parse(type, [KeyValuePair.Create(name, value)], context), $"{type.Name}?{name}={value}");
        }

        Assert.InRange(understood, Values / 10, Values);     // else the parser alone was tested
        Assert.True(await database.ValueAsync<bool>("select exists (select from resource)"));
    }

    [Fact]
    public void Hostile_names_are_refused()
    {
        var random = new Random(43);
        var context = new QueryContext(TimeZoneInfo.Utc, []);
        for (var i = 0; i < 10_000; i++)
        {
            var name = Value(random);
            var parsed = QueryStringParser.Parse(ServedType.ImagingStudy, [KeyValuePair.Create(name, "1")], context);
            Assert.True(parsed.Problems.Count == 1, name);
        }
    }

    static async Task AskAsync(SearchExecutor executor, ParsedQuery parsed, string text)
    {
        Assert.True(parsed.Problems.Count == 0, text);
        try
        {
            await executor.CountAsync(parsed.Request, Cancelled);
            await executor.PageAsync(parsed.Request, null, 3, 1_000_000, TotalMode.None, Cancelled);
        }
        catch (PostgresException broken)
        {
            Assert.Fail($"{broken.SqlState} {broken.MessageText}: {text[..Math.Min(text.Length, 500)]}");
        }
    }

    static IEnumerable<(ServedType, string)> Names(SearchParameter parameter)
    {
        yield return (parameter.Type, parameter.Name);
        foreach (var modifier in Modifiers.Of(parameter)) yield return (parameter.Type, $"{parameter.Name}:{modifier}");
        if (parameter.Kind == SearchKind.Reference) yield return (parameter.Type, $"{parameter.Name}:Patient");
        if (parameter.Targets.Contains("Patient")) yield return (parameter.Type, $"{parameter.Name}:Patient.identifier");
        if (parameter.Type == ServedType.Observation && parameter.Name is "code" or "value-string") yield return (ServedType.Patient, $"_has:Observation:subject:{parameter.Name}");
    }

    static string Value(Random random) => string.Concat(Enumerable.Range(0, 1 + random.Next(4)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    // Something to find, so that statements do not end before they look.
    async Task StoreAsync(Random random)
    {
        var make = new RandomResources(random);
        await using var batch = await WriteBatch.BeginAsync(database.Owner, new IndexExtractor(TimeZoneInfo.Utc), [], Cancelled);
        foreach (var type in ServedType.All)
        {
            await batch.WriteAsync(
                [.. Enumerable.Range(0, 12).Select(number => make.Next(type.Name, RandomResources.IdOf(type.Name, number))).Select(resource => new ResourceWrite(type, resource.Id!, SearchPropertyTests.Write(resource), resource, Origin.Import, ConformanceState.Unchecked))],
                Cancelled);
        }

        await batch.CommitAsync(Cancelled);
        await new Folder(database.Owner).FoldAllAsync(Cancelled);
    }
}
