using System.Text.Json;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Dicom2Fhir.UnitTests;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>Cases.tsv: for every parameter values that find a resource of Cases.ndjson and values that do not.</summary>
public sealed class ParameterCasesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    static readonly QueryContext Context = new(Zone, [new Uri("http://server.example/fhir")]);

    static readonly JsonSerializerOptions Reading = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Ostrich);

    sealed record Case(ServedType Type, string Name, string Value, bool Finds, string Id);

    static IReadOnlyList<Case> Cases { get; } =
    [
        .. Lines("Cases.tsv").Skip(1).Select(line => line.Split('\t')).Select(cells => new Case(ServedType.Find(cells[0])!, cells[1], cells[2], cells[3][0] == '+', cells[3][1..])),
    ];

    static IEnumerable<string> Lines(string file) => File.ReadAllLines(Path.Combine(Repository.Root, "tests/PostgresTests/Search", file)).Where(line => line.Length > 0);

    [Fact]
    public void Every_parameter_has_two_that_find_and_two_that_do_not() => Assert.All(SearchParameters.All, parameter =>
    {
        var cases = Cases.Where(one => one.Type == parameter.Type && one.Name.Split(':')[0] == parameter.Name).ToList();
        Assert.True(cases.Count(one => one.Finds) >= 2 && cases.Count(one => !one.Finds) >= 2, $"{parameter.Type.Name} {parameter.Name}");
    });

    [Fact]
    public async Task Every_case_finds_or_does_not()
    {
        await StoreAsync();
        var executor = new SearchExecutor(database.Facade, Zone);
        var wrong = new List<string>();
        foreach (var one in Cases)
        {
            var parsed = QueryStringParser.Parse(one.Type, [KeyValuePair.Create(one.Name, one.Value)], Context);
            var page = parsed.Problems.Count > 0 ? null : await executor.PageAsync(parsed.Request, null, 100, 4_000_000, TotalMode.None, TestContext.Current.CancellationToken);
            if (page is null || page.Resources.Any(resource => resource.Id == one.Id) != one.Finds) wrong.Add($"{one.Type.Name}?{one.Name}={one.Value} {one.Id} {(parsed.Problems is [var problem, ..] ? problem.Text : "")}");
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {Cases.Count}: {string.Join('\n', wrong.Take(40))}");
    }

    [Theory]
    [InlineData("MedicationAdministration", "medication.code", "http://fhir.de/CodeSystem/bfarm/atc|V08AB10", "full", "the inline code")]
    [InlineData("MedicationAdministration", "medication.code", "http://fhir.de/CodeSystem/bfarm/atc|V08AB02", "referred", "a stored Medication")]
    [InlineData("MedicationAdministration", "medication.code", "V08AB10,V08AB02", "full referred", "both")]
    [InlineData("MedicationAdministration", "medication.code:text", "om", "referred", "words of a stored Medication")]
    [InlineData("MedicationAdministration", "code", "V08AB10", "full", "code reads what stands inline alone")]
    [InlineData("MedicationAdministration", "code", "V08AB02", "", "and not the Medication")]
    [InlineData("ImagingStudy", "contrast-bolus-details.code", "http://fhir.de/CodeSystem/bfarm/atc|V08AB10", "full", "as the issue writes it")]
    [InlineData("ImagingStudy", "contrast-bolus-details.code:text", "iomeprol", "full", "in words")]
    [InlineData("ImagingStudy", "contrast-bolus-details.medication.code", "V08AB10", "full", "as portals send it")]
    [InlineData("ImagingStudy", "contrast-bolus-details.code", "V08AB02", "", "another agent")]
    [InlineData("ImagingStudy", "performer:Device.manufacturer", "siemens", "full", "a chain with its type")]
    [InlineData("ImagingStudy", "patient.identifier", "http://site.example/id|patient-1", "full", "the patient's identifier")]
    [InlineData("ImagingStudy", "subject:Patient.gender", "male", "", "another gender")]
    [InlineData("ImagingStudy", "_has:Observation:derived-from:code", "246116008", "full", "observed on it")]
    [InlineData("ImagingStudy", "_has:DiagnosticReport:imaging-study:conclusion-text", "keine", "full", "reported so")]
    [InlineData("Patient", "_has:ImagingStudy:patient:modality", "MR", "full", "has a study")]
    [InlineData("Patient", "_has:ImagingStudy:patient:_has:Observation:derived-from:value-quantity", "gt14", "full", "a chain in _has")]
    [InlineData("Patient", "_has:ImagingStudy:patient:modality", "CT", "", "has none")]
    public async Task Chains_follow_what_is_stored(string type, string name, string value, string ids, string reason)
    {
        await StoreAsync();
        var parsed = QueryStringParser.Parse(ServedType.Find(type)!, [KeyValuePair.Create(name, value)], Context);
        Assert.Empty(parsed.Problems);
        var page = await new SearchExecutor(database.Facade, Zone).PageAsync(parsed.Request, null, 100, 4_000_000, TotalMode.Accurate, TestContext.Current.CancellationToken);

        Assert.True(page.Problem is null && ids == string.Join(' ', page.Resources.Select(resource => resource.Id).Order()), reason);
    }

    [Fact]
    public async Task A_compartment_holds_what_is_the_patients()
    {
        await StoreAsync();
        var executor = new SearchExecutor(database.Facade, Zone);
        foreach (var type in ServedType.All)
        {
            var parsed = QueryStringParser.ParseCompartment("full", type, [], Context);
            if (type == ServedType.Device || type == ServedType.Medication)
            {
                Assert.Single(parsed.Problems);
                continue;
            }

            var page = await executor.PageAsync(parsed.Request, null, 100, 4_000_000, TotalMode.None, TestContext.Current.CancellationToken);
            Assert.Equal("full", Assert.Single(page.Resources).Id);
            Assert.Empty((await executor.PageAsync(QueryStringParser.ParseCompartment("nobody", type, [], Context).Request, null, 100, 4_000_000, TotalMode.None, TestContext.Current.CancellationToken)).Resources);
        }
    }

    [Fact]
    public async Task A_search_over_the_base_drains_all_its_types()
    {
        await StoreAsync();
        var executor = new SearchExecutor(database.Facade, Zone);
        var parsed = QueryStringParser.ParseSystem([KeyValuePair.Create("_type", "ImagingStudy,Observation,Patient"), KeyValuePair.Create("_id", "full,date,text")], Context);
        Assert.Empty(parsed.Problems);
        var found = new List<string>();
        for (PagePosition? position = null; ;)
        {
            var page = await executor.PageAsync(parsed.Request, position, 2, 4_000_000, TotalMode.Accurate, TestContext.Current.CancellationToken);
            Assert.Equal(5, page.Total);
            found.AddRange(page.Resources.Select(resource => $"{resource.Type.Name}/{resource.Id}"));
            if ((position = page.Next) is null) break;
        }

        Assert.Equal(["ImagingStudy/full", "Observation/date", "Observation/full", "Observation/text", "Patient/full"], found.Order(StringComparer.Ordinal));
        Assert.Equal(5, (await executor.CountAsync(parsed.Request, TestContext.Current.CancellationToken)).Total);
        Assert.Single(QueryStringParser.ParseSystem([KeyValuePair.Create("modality", "CT")], Context).Problems);
    }

    [Fact]
    public async Task An_explanation_names_terms_counts_and_statement()
    {
        await StoreAsync();
        var executor = new SearchExecutor(database.Facade, Zone);
        var parsed = QueryStringParser.Parse(
            ServedType.ImagingStudy, [KeyValuePair.Create("series-bodysite:below", "51185008"), KeyValuePair.Create("kvp", "ge100||kV"), KeyValuePair.Create("patient", "full")], Context);

        var search = Assert.Single((await executor.ExplainAsync(parsed.Request, TestContext.Current.CancellationToken)).Searches);

        Assert.Equal(["series-bodysite:below", "kvp", "patient"], search.Criteria.Select(one => one.Name));
        Assert.Equal("a quantity from 100 with code or unit kV", search.Criteria[1].Meaning);
        Assert.Equal(("b", "51185008", 1L), Assert.Single(search.Criteria[0].Terms) is var term ? (term.Kind, term.Code, term.Rows) : default);
        Assert.Contains("select count(", search.Sql, StringComparison.Ordinal);
        Assert.DoesNotContain("full", search.Sql, StringComparison.Ordinal);
        Assert.Contains(search.Values, value => value.Contains("Patient/full", StringComparison.Ordinal));
    }

    async Task StoreAsync()
    {
        await using var batch = await WriteBatch.BeginAsync(database.Owner, new IndexExtractor(Zone), [], TestContext.Current.CancellationToken);
        await batch.WriteAsync(
            [.. Lines("Cases.ndjson").Select(line => (Line: line, Resource: JsonSerializer.Deserialize<Resource>(line, Reading)!))
                .Select(one => new ResourceWrite(ServedType.Find(one.Resource.TypeName)!, one.Resource.Id!, one.Line, one.Resource, Origin.Import, ConformanceState.Unchecked))],
            TestContext.Current.CancellationToken);
        await batch.CommitAsync(TestContext.Current.CancellationToken);
        await new Folder(database.Owner).FoldAllAsync(TestContext.Current.CancellationToken);
    }
}
