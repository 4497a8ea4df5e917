using Dicom2Fhir.FhirFacade.Fhir;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class ResultParametersTests
{
    [Theory]
    [InlineData("", 50, "")]
    [InlineData("_count=500", 500, "_count=500")]
    [InlineData("_count=10001", 10_000, "_count=10000")]
    [InlineData("_count=99999999999999999999", 10_000, "_count=10000")]
    [InlineData("_count=2&_count=3", 3, "_count=3")]
    [InlineData("_count=", 50, "")]
    public void Count_is_limited_and_the_self_link_shows_it(string query, int count, string written)
    {
        var (results, _) = ResultParameters.Split(RawQuery.Parse(query));
        Assert.Equal(count, results.Count);
        Assert.Equal(written, RawQuery.Print(results.Written));
    }

    [Fact]
    public void A_batch_entry_without_count_wants_all() =>
        Assert.Equal((10_000, 7), (ResultParameters.Split([], nested: true).Results.Count, ResultParameters.Split(RawQuery.Parse("_count=7"), nested: true).Results.Count));

    [Fact]
    public void A_query_of_too_many_parameters_is_refused_before_it_is_read()
    {
        var query = Enumerable.Repeat(KeyValuePair.Create("_elements", "id"), 100_000).ToList();
        var error = Assert.Single(Assert.Throws<FhirErrorException>(() => ResultParameters.Split(query)).Errors);
        Assert.Equal((400, "too-costly"), (error.Status, error.Code));
    }

    [Theory]
    [InlineData("_count=0")]
    [InlineData("_summary=count")]
    [InlineData("_summary=count&_count=7")]
    public void Only_the_number_is_wanted(string query) => Assert.True(ResultParameters.Split(RawQuery.Parse(query)).Results.CountOnly);

    [Theory]
    [InlineData("_count=-1", "_count")]
    [InlineData("_count=a", "_count")]
    [InlineData("_count=1.5", "_count")]
    [InlineData("_summary=yes", "_summary")]
    [InlineData("_total=all", "_total")]
    [InlineData("_elements=id&_summary=true", "_elements")]
    [InlineData("_elements=id&_summary=count", "_elements")]
    public void Bad_values_are_400_and_name_the_parameter(string query, string name)
    {
        var error = Assert.Single(Assert.Throws<FhirErrorException>(() => ResultParameters.Split(RawQuery.Parse(query))).Errors);
        Assert.Equal((400, "invalid", "http." + name), (error.Status, error.Code, error.Expression));
        Assert.Contains(name, error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", TotalMode.Cheap)]
    [InlineData("_total=none", TotalMode.None)]
    [InlineData("_total=estimate", TotalMode.Cheap)]
    [InlineData("_total=accurate", TotalMode.Accurate)]
    public void Total_modes(string query, object mode) => Assert.Equal(mode, ResultParameters.Split(RawQuery.Parse(query)).Results.Total);

    [Fact]
    public void Elements_add_up_and_go_with_summary_false()
    {
        var (results, _) = ResultParameters.Split(RawQuery.Parse("_elements=subject,%20started&_elements=status&_summary=false"));
        Assert.Equal(["subject", "started", "status"], results.Elements);
    }

    [Fact]
    public void What_chooses_resources_is_left_in_order()
    {
        var (_, criteria) = ResultParameters.Split(RawQuery.Parse("started=ge2020&_count=1&modality=CT&_format=json&started=le2021&_sort=x"));
        Assert.Equal("started=ge2020&modality=CT&started=le2021&_sort=x", RawQuery.Print(criteria));
    }
}
