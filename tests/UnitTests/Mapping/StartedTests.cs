using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class StartedTests
{
    [Theory]
    [InlineData("20040826", "185059", null, "2004-08-26T18:50:59+02:00", "summer time of the zone at that date")]
    [InlineData("20041226", "185059", null, "2004-12-26T18:50:59+01:00", "winter time of the zone at that date")]
    [InlineData("2004.08.26", "18:50:59", null, "2004-08-26T18:50:59+02:00", "ACR-NEMA spellings")]
    [InlineData("20040826", "1850", null, "2004-08-26T18:50:00+02:00", "minutes get seconds")]
    [InlineData("20040826", "18", null, "2004-08-26", "an hour alone is no FHIR time")]
    [InlineData("20040826", "", null, "2004-08-26", "a date stays a date")]
    [InlineData("20040826", null, null, "2004-08-26", "a date stays a date")]
    [InlineData("20040826", "000000", null, "2004-08-26T00:00:00+02:00", "a stated midnight is stated")]
    [InlineData("20040826", "185059.123456", null, "2004-08-26T18:50:59.123+02:00", "milliseconds at most")]
    [InlineData("20040826", "185059.5", null, "2004-08-26T18:50:59.500+02:00", "a short fraction")]
    [InlineData("20040826", "185960", null, "2004-08-26T18:59:59+02:00", "leap second")]
    [InlineData("20040826", "185059", "-0500", "2004-08-26T18:50:59-05:00", "(0008,0201) wins")]
    [InlineData("20040826", "185059", "+0000", "2004-08-26T18:50:59+00:00", "UTC")]
    [InlineData("20040826", "", "-0500", "2004-08-26", "a date alone is never shifted")]
    [InlineData(null, "185059", null, null, "a time alone is nothing")]
    public void Dates_and_times_as_the_standard_has_them(string? date, string? time, string? zone, string? expected, string reason)
    {
        var mapped = Build.MapOne((TagMap.StudyDate, date), (TagMap.StudyTime, time), (TagMap.TimezoneOffset, zone));

        Assert.True(expected == mapped.Study.Started, $"{reason}: {mapped.Study.Started}");
        Assert.Empty(mapped.Findings);
    }

    [Theory]
    [InlineData("20040230", "185059", null, null, Findings.BadDate)]
    [InlineData("99991231", "185059", null, null, Findings.BadDate)]
    [InlineData("2004-08-26", "185059", null, null, Findings.BadDate)]
    [InlineData("20040826", "250000", null, "2004-08-26", Findings.BadTime)]
    [InlineData("20040826", "185059.1234567", null, "2004-08-26", Findings.BadTime)]
    [InlineData("20040826", "185059", "UTC-04:00", "2004-08-26T18:50:59+02:00", Findings.BadZone)]
    [InlineData("20040826", "185059", "+1500", "2004-08-26T18:50:59+02:00", Findings.BadZone)]
    [InlineData("20250330", "023000", null, "2025-03-30T03:30:00+02:00", Findings.ClockChange)]
    [InlineData("20251026", "023000", null, "2025-10-26T02:30:00+02:00", Findings.ClockChange)]
    public void What_does_not_fit_is_a_finding(string date, string time, string? zone, string? expected, string finding)
    {
        var mapped = Build.MapOne((TagMap.StudyDate, date), (TagMap.StudyTime, time), (TagMap.TimezoneOffset, zone));

        Assert.Equal(expected, mapped.Study.Started);
        Assert.Equal(finding, Assert.Single(mapped.Findings).Code);
    }

    [Fact]
    public void The_earliest_of_all_instances_by_instant()
    {
        var mapped = Build.Map(
            Build.Instance("1.1", (TagMap.StudyDate, "20040826"), (TagMap.StudyTime, "120000")),
            Build.Instance("1.2", (TagMap.StudyDate, "20040826"), (TagMap.StudyTime, "113000"), (TagMap.TimezoneOffset, "+0000")),
            Build.Instance("1.3", (TagMap.StudyDate, "20040826")));

        Assert.Equal("2004-08-26T12:00:00+02:00", mapped.Study.Started);
    }

    [Theory]
    [InlineData("20040827", "20040828", "20040829010203", "2004-08-27")]
    [InlineData("", "20040828", "20040829010203", "2004-08-28")]
    [InlineData("bad", null, "20040829010203-0100", "2004-08-29T01:02:03-01:00")]
    [InlineData(null, null, "20040829010203.5", "2004-08-29T01:02:03.500+02:00")]
    [InlineData(null, null, "20040829", "2004-08-29")]
    public void Series_fall_back_to_the_acquisition_and_the_study_to_its_series(string? series, string? acquisition, string? dateTime, string expected)
    {
        var study = Build.MapOne((TagMap.SeriesDate, series), (TagMap.AcquisitionDate, acquisition), (TagMap.AcquisitionDateTime, dateTime)).Study;

        Assert.Equal((expected, expected), (study.Series[0].Started, study.Started));
    }
}
