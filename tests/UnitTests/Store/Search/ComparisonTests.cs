using System.Globalization;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.UnitTests.Store.Search;

public sealed class ComparisonTests
{
    [Theory]
    [InlineData("404", "403.5", "404.5", "half a unit")]
    [InlineData("404.0", "403.95", "404.05", "a written zero counts")]
    [InlineData("5.4e-4", "0.000535", "0.000545", "two digits")]
    [InlineData("5.40e-4", "0.0005395", "0.0005405", "three digits")]
    [InlineData("1e2", "50", "150", "one digit")]
    [InlineData("-3", "-3.5", "-2.5", "below zero")]
    [InlineData("ap100", "90", "110", "a tenth")]
    [InlineData("ap-100", "-110", "-90", "a tenth below zero")]
    [InlineData("0", "-0.5", "0.5", "nothing")]
    public void Digits_say_the_range(string text, string low, string high, string reason)
    {
        var value = NumberValue.Parse(text)!;

        Assert.True(value.Low == decimal.Parse(low, CultureInfo.InvariantCulture) && value.High == decimal.Parse(high, CultureInfo.InvariantCulture), $"{reason}: {value}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("gt")]
    [InlineData("abc")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1,5")]
    [InlineData("1e")]
    [InlineData("1e99")]
    [InlineData("1e-99")]
    [InlineData("--1")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1 ")]
    [InlineData("١")]
    [InlineData("1234567890123456789")]
    [InlineData("GT5")]
    public void What_is_no_number_is_none(string text) => Assert.Null(NumberValue.Parse(text));

    [Fact]
    public void Every_prefix_and_length_up_to_the_limit_is_read()
    {
        foreach (var prefix in Prefixes.List.Split(' '))
        {
            foreach (var number in new[] { "999999999999999999", "0.99999999999999999", "1e18", "1e-18", "9.9e17", "-1.5e-17" }) Assert.NotNull(NumberValue.Parse(prefix + number));
        }
    }

    [Theory]
    [InlineData("Schädel", "schadel")]
    [InlineData("  CT \t Thorax\r\n nativ ", "ct thorax nativ")]
    [InlineData("STRASSE straße", "strasse strasse")]
    [InlineData("100%_\\", "100%_\\")]
    [InlineData("é́", "e")]
    [InlineData("", "")]
    public void Text_is_folded(string text, string folded) => Assert.Equal(folded, Folding.Fold(text));

    [Theory]
    [InlineData("1 2 3", "1-3")]
    [InlineData("3 1 2 7 9 8 1", "1-3 7-9")]
    [InlineData("5", "5-5")]
    [InlineData("", "")]
    public void Numbers_of_instances_are_kept_as_runs(string numbers, string runs) => Assert.Equal(
        runs,
        string.Join(' ', IndexExtractor.Runs(numbers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => decimal.Parse(number, CultureInfo.InvariantCulture))).Select(run => $"{run.Low}-{run.High}")));

    [Fact]
    public void Eight_parameters_read_instances_and_are_refused_where_only_counts_are_kept()
    {
        var context = new QueryContext(TimeZoneInfo.Utc, []) { WithoutInstances = true };
        var refused = SearchParameters.All.Where(parameter => parameter.IsOfInstances).ToList();

        Assert.Equal(8, refused.Count);
        Assert.All(refused, parameter => Assert.False(Assert.Single(QueryStringParser.Parse(parameter.Type, [KeyValuePair.Create(parameter.Name + ":missing", "true")], context).Problems).Ignorable));
    }
}
