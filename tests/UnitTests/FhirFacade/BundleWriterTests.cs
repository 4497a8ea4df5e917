using System.Text.Json;
using Dicom2Fhir.FhirFacade.Fhir;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class BundleWriterTests
{
    const string Study = """{"resourceType":"ImagingStudy","id":"a","extension":[{"url":"http://x.example/e","valueDecimal":4.00}],"status":"available","subject":{"reference":"Patient/p"}}""";

    static readonly Uri Base = new("https://fhir.example/fhir");
    static readonly JsonSerializerOptions Strict = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Strict);

    [Fact]
    public void A_page_is_a_searchset_around_the_documents()
    {
        var (bundle, text) = Write(new SearchPage([Stored("a", Study)], 7, null), "https://fhir.example/fhir/ImagingStudy?__page=x");
        Assert.Equal((Bundle.BundleType.Searchset, 7), (bundle.Type!.Value, bundle.Total));
        Assert.Equal(["self", "next"], bundle.Link.Select(link => link.Relation));
        var entry = Assert.Single(bundle.Entry);
        Assert.Equal("https://fhir.example/fhir/ImagingStudy/a", entry.FullUrl);
        Assert.Equal(Bundle.SearchEntryMode.Match, entry.Search!.Mode);
        Assert.Contains(Study, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_found_has_no_entry_and_no_next()
    {
        var (bundle, text) = Write(new SearchPage([], 0, null));
        Assert.Equal(0, bundle.Total);
        Assert.DoesNotContain("entry", text, StringComparison.Ordinal);
        Assert.Equal(["self"], bundle.Link.Select(link => link.Relation));
    }

    [Fact]
    public void A_total_that_is_not_known_is_left_out() => Assert.Null(Write(new SearchPage([Stored("a", Study)], null, null)).Bundle.Total);

    [Fact]
    public void Warnings_are_one_outcome_without_an_id_behind_the_matches()
    {
        var (bundle, _) = Write(new SearchPage([Stored("a", Study)], 1, null), null, FhirErrors.BadParameter("x", "X is unknown."), FhirErrors.BadParameter("y", "Y is."));
        Assert.Equal([Bundle.SearchEntryMode.Match, Bundle.SearchEntryMode.Outcome], bundle.Entry.Select(entry => entry.Search!.Mode!.Value));
        var outcome = Assert.IsType<OperationOutcome>(bundle.Entry[1].Resource);
        Assert.Null(outcome.Id);
        Assert.All(outcome.Issue, issue => Assert.Equal(OperationOutcome.IssueSeverity.Warning, issue.Severity));
        Assert.Equal(2, outcome.Issue.Count);
    }

    [Fact]
    public void Included_resources_stand_behind_the_matches_and_elements_are_not_about_them()
    {
        const string Device = """{"resourceType":"Device","id":"d","meta":{"versionId":"1"},"manufacturer":"Acme"}""";
        var page = new SearchPage([Stored("a", Study)], 1, null) { Included = [new StoredResource(ServedType.Device, "d", 1, DateTime.UnixEpoch, System.Text.Encoding.UTF8.GetBytes(Device))] };
        var filters = new AnswerFilters(ResultParameters.Split([KeyValuePair.Create("_elements", "status")]).Results, instances: true);
        var bytes = BundleWriter.Write(Base, "https://fhir.example/fhir/ImagingStudy", null, page, filters, []);
        var bundle = (Bundle)JsonSerializer.Deserialize<Resource>(bytes.Whole.Span, Strict)!;
        Assert.Equal([Bundle.SearchEntryMode.Match, Bundle.SearchEntryMode.Include], bundle.Entry.Select(entry => entry.Search!.Mode!.Value));
        Assert.Equal("SUBSETTED", Assert.Single(bundle.Entry[0].Resource!.Meta!.Tag).Code);
        Assert.Equal(("Acme", "https://fhir.example/fhir/Device/d"), (((Hl7.Fhir.Model.Device)bundle.Entry[1].Resource!).Manufacturer, bundle.Entry[1].FullUrl));
        Assert.Equal(1, bundle.Total);
    }

    [Fact]
    public void A_count_is_a_total_and_nothing_else()
    {
        var bytes = BundleWriter.WriteCount("https://fhir.example/fhir/ImagingStudy?_summary=count", 12, []);
        Assert.Equal(
            """{"resourceType":"Bundle","type":"searchset","total":12,"link":[{"relation":"self","url":"https://fhir.example/fhir/ImagingStudy?_summary=count"}]}""",
            System.Text.Encoding.UTF8.GetString(bytes.Whole.Span));
    }

    [Fact]
    public void A_base_without_a_path_makes_no_double_slash()
    {
        var bytes = BundleWriter.Write(new Uri("https://fhir.example"), "https://fhir.example/ImagingStudy", null, new SearchPage([Stored("a", Study)], 1, null), AnswerFilters.None, []);
        Assert.Contains("\"fullUrl\":\"https://fhir.example/ImagingStudy/a\"", System.Text.Encoding.UTF8.GetString(bytes.Whole.Span), StringComparison.Ordinal);
    }

    static StoredResource Stored(string id, string document) => new(ServedType.ImagingStudy, id, 1, DateTime.UnixEpoch, System.Text.Encoding.UTF8.GetBytes(document));

    static (Bundle Bundle, string Text) Write(SearchPage page, string? next = null, params FhirError[] warnings)
    {
        var bytes = BundleWriter.Write(Base, "https://fhir.example/fhir/ImagingStudy", next, page, AnswerFilters.None, warnings);
        return ((Bundle)JsonSerializer.Deserialize<Resource>(bytes.Whole.Span, Strict)!, System.Text.Encoding.UTF8.GetString(bytes.Whole.Span));
    }
}
