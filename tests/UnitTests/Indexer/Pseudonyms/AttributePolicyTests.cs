using Dicom2Fhir.Dicom;
using Dicom2Fhir.Indexer.Pseudonyms;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Indexer.Pseudonyms;

public sealed class AttributePolicyTests
{
    [Fact]
    public async Task By_default_uids_dates_and_devices_are_kept()
    {
        var kept = await Patients.ProtectAsync((TagMap.StudyDate, "20240312"), (TagMap.StudyTime, "101530"), (TagMap.DeviceSerialNumber, "sn 17"), (TagMap.StationName, "CT1"));
        Assert.Equal((Mapping.Build.Study, "20240312", "101530", "sn 17", "CT1"), (kept.StudyUid, kept[TagMap.StudyDate], kept[TagMap.StudyTime], kept[TagMap.DeviceSerialNumber], kept[TagMap.StationName]));
    }

    [Theory]
    [InlineData("20240312", "2024", "a date")]
    [InlineData("2024.03.12", "2024", "the old spelling")]
    [InlineData("20240312\\20250101", "2024\\2025", "several")]
    [InlineData("2024", "2024", "a year already")]
    [InlineData("x", "", "no date")]
    [InlineData("", "", "empty")]
    public async Task Of_a_date_the_year_is_left(string date, string year, string reason)
    {
        var kept = await Patients.ProtectAsync(new PrivacyOptions { KeepDates = false }, (TagMap.StudyDate, date), (TagMap.AcquisitionDateTime, date), (TagMap.StudyTime, "101530"));
        Assert.True(kept[TagMap.StudyDate] == year && kept[TagMap.AcquisitionDateTime] == year, reason);
        Assert.Null(kept[TagMap.StudyTime]);
    }

    [Fact]
    public async Task With_years_only_the_study_starts_in_a_year_and_on_no_day()
    {
        var kept = await Patients.ProtectAsync(new PrivacyOptions { KeepDates = false }, (TagMap.StudyDate, "20240312"), (TagMap.StudyTime, "101530"), (TagMap.SeriesDate, "20240312"));
        var study = StudyMapper.Map([SeriesAttributes.Of([kept])], Mapping.Build.Options);
        Assert.Equal("2024", study.Study.Started);
        Assert.Equal("2024", study.Study.Series.Single().Started);
        Assert.Empty(study.Findings);
    }

    [Fact]
    public async Task Pseudonymised_uids_are_uids_and_the_same_everywhere()
    {
        var policy = new PrivacyOptions { KeepUids = false };
        var kept = await Patients.ProtectAsync(policy, (TagMap.StudyDescription, $"zu {Mapping.Build.Study} gehoert"));
        Assert.Equal(Patients.Key.Uid(Mapping.Build.Study), kept.StudyUid);
        Assert.All([kept.StudyUid, kept.SeriesUid, kept.SopUid], uid => Assert.Matches("^2\\.25\\.[1-9][0-9]*$", uid));
        Assert.Equal(3, new[] { kept.StudyUid, kept.SeriesUid, kept.SopUid }.Distinct().Count());
        Assert.Equal("1.2.840.10008.5.1.4.1.1.2", kept[TagMap.SopClassUid]);
        Assert.Equal("zu *** gehoert", kept[TagMap.StudyDescription]);
    }

    [Fact]
    public async Task A_pseudonymised_device_stays_one_device_in_every_spelling()
    {
        var policy = new PrivacyOptions { KeepDevices = false };
        var first = await Patients.ProtectAsync(policy, (TagMap.DeviceSerialNumber, "sn  17 "), (TagMap.StationName, "CT1"));
        var second = await Patients.ProtectAsync(policy, (TagMap.DeviceSerialNumber, "SN 17"));
        Assert.Equal(first[TagMap.DeviceSerialNumber], second[TagMap.DeviceSerialNumber]);
        Assert.Equal(Patients.Key.Device("SN 17"), first[TagMap.DeviceSerialNumber]);
        Assert.NotEqual("CT1", first[TagMap.StationName]);
    }

    [Fact]
    public async Task Dropped_descriptions_leave_the_contrast_agent()
    {
        var kept = await Patients.ProtectAsync(
            new PrivacyOptions { KeepTexts = false }, (TagMap.StudyDescription, "CT"), (TagMap.SeriesDescription, "CT"), (TagMap.ProtocolName, "CT"), (TagMap.ContrastBolusAgent, "Ultravist 370"));
        Assert.Equal((null, null, null, "Ultravist 370"), (kept[TagMap.StudyDescription], kept[TagMap.SeriesDescription], kept[TagMap.ProtocolName], kept[TagMap.ContrastBolusAgent]));
    }

    /// <summary>A new row of the tag table is judged here: a name, free text or UID is never just kept.</summary>
    [Theory]
    [InlineData("PN", new[] { Privacy.ScrubberOnly })]
    [InlineData("LT", new[] { Privacy.ScrubberOnly, Privacy.Text })]
    [InlineData("ST", new[] { Privacy.ScrubberOnly, Privacy.Text })]
    [InlineData("UT", new[] { Privacy.ScrubberOnly, Privacy.Text })]
    [InlineData("UI", new[] { Privacy.ScrubberOnly, Privacy.Uid })]
    public void Rows_of_a_vr_that_may_identify_are_protected(string vr, Privacy[] allowed)
    {
        string[] classes = ["SOPClassUID"];      // registered UIDs name a kind of object, not one
        Assert.All(
            TagMap.All.Where(row => DataDictionary.VrOf(row.Path.Leaf) == vr && !classes.Contains(row.Keyword.Split('.')[^1]) && !row.Keyword.EndsWith("SOPClassUID", StringComparison.Ordinal)),
            row => Assert.True(allowed.Contains(row.Privacy), row.Keyword));
    }
}
