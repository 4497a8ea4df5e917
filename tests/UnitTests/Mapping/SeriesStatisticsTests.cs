using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class SeriesStatisticsTests
{
    [Fact]
    public void Present_and_empty_are_counted_and_absent_is_what_is_left()
    {
        var series = Of(
            Build.Instance("1", (TagMap.BodyPartExamined, "CHEST")), Build.Instance("2", (TagMap.BodyPartExamined, "")), Build.Instance("3"));
        var count = Assert.Single(series.Attributes, count => count.Row == TagMap.BodyPartExamined);
        Assert.Equal((1, 1), (count.Present, count.Empty));
        Assert.DoesNotContain(series.Attributes, one => one.Row == TagMap.StudyDescription);
        Assert.DoesNotContain(series.Unused, value => value.Row == TagMap.BodyPartExamined);
        Assert.Equal("CT", series.Modality);
    }

    [Fact]
    public void A_value_without_a_code_is_unused_in_every_instance_that_states_it()
    {
        var series = Of(
            Build.Instance("1", (TagMap.BodyPartExamined, "ZZTOP")), Build.Instance("2", (TagMap.BodyPartExamined, "ZZTOP")), Build.Instance("3", (TagMap.BodyPartExamined, "CHEST")));
        Assert.Equal(new UnusedValue(TagMap.BodyPartExamined, "ZZTOP", 2), Assert.Single(series.Unused, value => value.Row == TagMap.BodyPartExamined));
    }

    [Fact]
    public void A_coded_item_is_found_by_its_code()
    {
        var series = Of(Build.Instance("1", (TagMap.AnatomicRegionCode, "T-99999"), (TagMap.AnatomicRegionScheme, "SRT")));
        var value = Assert.Single(series.Unused, value => value.Row == TagMap.AnatomicRegionCode);
        Assert.Equal(("T-99999 (SRT)", 1), (value.Value, value.Instances));
    }

    [Fact]
    public void Values_that_no_element_takes_are_unused_and_end_in_a_rest()
    {
        var series = Of([.. Enumerable.Range(0, 30).Select(i => Build.Instance($"{i}", (TagMap.SoftwareVersions, i < 5 ? "VA" : $"V{i}")))]);
        var values = series.Unused.Where(value => value.Row == TagMap.SoftwareVersions).ToList();
        Assert.Equal(new UnusedValue(TagMap.SoftwareVersions, "VA", 5), values[0]);
        Assert.Equal(21, values.Count);
        Assert.Equal((null, 6), (values[^1].Value, values[^1].Instances));
        Assert.Equal(30, values.Sum(value => value.Instances));
    }

    [Fact]
    public void More_values_than_findings_show_are_all_counted()
    {
        var series = Of([.. Enumerable.Range(0, 40).Select(i => Build.Instance($"{i}", (TagMap.InstanceNumber, $"x{i}")))]);
        Assert.Equal(40, series.Unused.Where(value => value.Row == TagMap.InstanceNumber).Sum(value => value.Instances));
    }

    [Fact]
    public void What_is_read_for_the_scrubber_alone_is_never_counted() =>
        Assert.DoesNotContain(Of(Build.Instance("1", (TagMap.PatientName, "Muster^Max"))).Attributes, count => count.Row == TagMap.PatientName);

    [Fact]
    public void The_pseudonym_is_counted_and_never_shown()
    {
        var series = Of(Build.Instance("1"));
        Assert.Contains(series.Attributes, count => count.Row == TagMap.PatientId);
        Assert.DoesNotContain(series.Unused, value => value.Value is "pseudonym1");
    }

    static SeriesStatistics Of(params InstanceAttributes[] instances)
    {
        IReadOnlyList<SeriesAttributes> series = [SeriesAttributes.Of(instances)];
        return Assert.Single(SeriesStatistics.Of(series, StudyMapper.Map(series, Build.Options)));
    }
}
