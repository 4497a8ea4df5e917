using System.Globalization;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.UnitTests.Store.Search;

public sealed class FhirDateTests
{
    static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("2024", "2023-12-31T23:00:00.000Z", "2024-12-31T23:00:00.000Z", "the year of the zone")]
    [InlineData("2024-07", "2024-06-30T22:00:00.000Z", "2024-07-31T22:00:00.000Z", "summer time")]
    [InlineData("2024-03-31", "2024-03-30T23:00:00.000Z", "2024-03-31T22:00:00.000Z", "the day of 23 hours")]
    [InlineData("2024-10-27", "2024-10-26T22:00:00.000Z", "2024-10-27T23:00:00.000Z", "the day of 25 hours")]
    [InlineData("2024-01-01T10:30", "2024-01-01T09:30:00.000Z", "2024-01-01T09:31:00.000Z", "a minute")]
    [InlineData("2024-01-01T10:30:15Z", "2024-01-01T10:30:15.000Z", "2024-01-01T10:30:16.000Z", "a second")]
    [InlineData("2024-01-01T10:30:15.5+05:30", "2024-01-01T05:00:15.500Z", "2024-01-01T05:00:15.600Z", "a tenth, an odd zone")]
    [InlineData("2024-03-31T02:30", "2024-03-31T01:30:00.000Z", "2024-03-31T01:31:00.000Z", "a time the clock skips moves on")]
    [InlineData("2024-10-27T02:30", "2024-10-27T00:30:00.000Z", "2024-10-27T00:31:00.000Z", "a time that comes twice is the first")]
    public void A_date_is_the_interval_it_stands_for(string text, string low, string high, string reason)
    {
        var date = FhirDate.Parse(text, Berlin)!;

        Assert.True((low, high) == (Text(date.Low), Text(date.High)), $"{reason}: {Text(date.Low)} to {Text(date.High)}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("24")]
    [InlineData("2024-1")]
    [InlineData("2024-02-30")]
    [InlineData("0000")]
    [InlineData("9999-12-31")]
    [InlineData("2024-01-01T")]
    [InlineData("2024-01-01T10:30:61Z")]
    [InlineData("2024-01-01T10:30:15.")]
    [InlineData("2024-01-01T10:30+2500")]
    [InlineData("2024-01-01T10:30+25:00")]
    [InlineData("2024-01-01 10:30:00")]
    public void What_is_no_date_is_none(string text) => Assert.Null(FhirDate.Parse(text, Berlin));

    [Theory]
    [InlineData("2023-11-15", "2024-02-03", "d 2023-11-15..2023-11-30; m 2023-12; m 2024-01; d 2024-02-01..2024-02-03", "edges by day, whole months")]
    [InlineData("2022-02-10", "2025-01-31", "d 2022-02-10..2022-02-28; m 2022-03; m 2022-04; m 2022-05; m 2022-06; m 2022-07; m 2022-08; m 2022-09; m 2022-10; m 2022-11; m 2022-12; y 2023..2024; m 2025-01", "whole years between")]
    [InlineData("2024-05-05", "2024-05-05", "d 2024-05-05", "one day")]
    [InlineData("2024-05-06", "2024-05-05", "", "nothing")]
    [InlineData("2024-01-01", "2024-12-31", "y 2024", "a year")]
    public void Days_are_covered_by_few_terms(string first, string last, string expected, string reason)
    {
        var ranges = Dicom2Fhir.Store.Search.Calendar.Cover(DateOnly.Parse(first, CultureInfo.InvariantCulture), DateOnly.Parse(last, CultureInfo.InvariantCulture))
            .Select(range => range.Low == range.High ? $"{range.Kind} {range.Low}" : $"{range.Kind} {range.Low}..{range.High}");

        Assert.True(expected == string.Join("; ", ranges), $"{reason}: {string.Join("; ", ranges)}");
    }

    static string Text(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
