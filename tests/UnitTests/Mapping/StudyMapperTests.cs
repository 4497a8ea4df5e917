using System.Text.Json;
using Dicom2Fhir.Mapping;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class StudyMapperTests
{
    static readonly FhirJsonDeserializer Strict = new(new DeserializerSettings().UsingMode(DeserializationMode.Strict));

    [Property(MaxTest = 150)]
    public Property Whatever_the_header_says_the_strict_parser_takes_the_resource() =>
        Prop.ForAll(RandomStudies.Study.ToArbitrary(), instances => AssertStrict(Build.Map(instances)));

    [Property(MaxTest = 150)]
    public Property The_same_instances_in_any_order_and_number_of_deliveries_give_the_same_content() =>
        Prop.ForAll(RandomStudies.Study.ToArbitrary(), ArbMap.Default.ArbFor<int>(), (instances, seed) =>
        {
            var random = new Random(seed);
            InstanceAttributes[] repeated = [.. instances, .. instances.Where(_ => random.Next(3) == 0)];
            random.Shuffle(repeated);

            Assert.Equal(Text(Build.Map(instances)), Text(StudyMapper.Map(Deliver(repeated, random), Build.Options)));
        });

    [Fact]
    public void Counts_hold_instances_that_are_not_listed()
    {
        var mapped = Build.Map(
            Build.Instance("1.2.3.1", "1.1"), Build.Instance("1.2.3.1", "1.2", (TagMap.SopClassUid, "")), Build.Instance("1.2.3.2", "1.3"));

        Assert.Equal((2, 3), (mapped.Study.NumberOfSeries, mapped.Study.NumberOfInstances));
        Assert.Equal(2, mapped.Study.Series[0].NumberOfInstances);
        Assert.Equal("1.1", Assert.Single(mapped.Study.Series[0].Instance).Uid);
        Assert.Contains(mapped.Findings, finding => finding is { Code: Findings.Missing, Where: "SOPClassUID series 1.2.3.1" });
    }

    [Fact]
    public void Without_instances_only_the_counts_are_there()
    {
        var mapped = Build.Map(Build.Options with { Instances = false }, Build.Instance("1.1"), Build.Instance("1.2"));

        Assert.Empty(mapped.Study.Series[0].Instance);
        Assert.Equal(2, mapped.Study.NumberOfInstances);
    }

    [Fact]
    public void Series_and_instances_are_ordered_by_number_then_uid_unnumbered_last()
    {
        var mapped = Build.Map(
            Build.Instance("1.2.3.1", "1.1"),
            Build.Instance("1.2.3.2", "1.2", (TagMap.SeriesNumber, "10"), (TagMap.InstanceNumber, "10")),
            Build.Instance("1.2.3.2", "1.3", (TagMap.SeriesNumber, "10"), (TagMap.InstanceNumber, "9")),
            Build.Instance("1.2.3.2", "1.0", (TagMap.SeriesNumber, "10")),
            Build.Instance("1.2.3.3", "1.4", (TagMap.SeriesNumber, "2")));

        Assert.Equal(["1.2.3.3", "1.2.3.2", "1.2.3.1"], mapped.Study.Series.Select(series => series.Uid));
        Assert.Equal(["1.3", "1.2", "1.0"], mapped.Study.Series[1].Instance.Select(instance => instance.Uid));
    }

    [Fact]
    public void Two_pseudonyms_are_told_and_never_mapped()
    {
        SeriesAttributes[] series =
            [SeriesAttributes.Of([Build.Instance("1.2", (TagMap.PatientId, "b")), Build.Instance("1.1", (TagMap.PatientId, "a"))])];

        Assert.Equal(["a", "b"], StudyMapper.Subjects(series));
        Assert.Throws<ArgumentException>(() => StudyMapper.Map(series, Build.Options));
    }

    [Theory]
    [InlineData("CT", "CT", null)]
    [InlineData(" mr ", "MR", null)]
    [InlineData("SR", "SR", null)]
    [InlineData("SC", "OT", Findings.Unmapped)]
    [InlineData("", "OT", Findings.Missing)]
    [InlineData(null, "OT", Findings.Missing)]
    public void Modality_is_of_cid_33(string? header, string expected, string? finding)
    {
        var mapped = Build.MapOne((TagMap.Modality, header));

        Assert.Equal(expected, mapped.Study.Series[0].Modality.Code);
        Assert.Equal(expected, Assert.Single(mapped.Study.Modality).Code);
        Assert.Equal(finding, mapped.Findings.SingleOrDefault()?.Code);
    }

    [Fact]
    public void Accession_has_type_and_system_and_none_when_instances_disagree()
    {
        var options = Build.Options with { AccessionSystem = "https://example.org/accession" };
        var identifier = Build.Map(options, Build.Instance("1.1", (TagMap.AccessionNumber, "abc")), Build.Instance("1.2")).Study.Identifier[1];

        Assert.Equal(("https://example.org/accession", "abc", "ACSN"), (identifier.System, identifier.Value, identifier.Type?.Coding[0].Code));
        var varied = Build.Map(Build.Instance("1.1", (TagMap.AccessionNumber, "abc")), Build.Instance("1.2", (TagMap.AccessionNumber, "abd")));
        Assert.Equal("urn:oid:1.2.3", Assert.Single(varied.Study.Identifier).Value);
        Assert.Contains(varied.Findings, finding => finding is { Code: Findings.Varies, Where: "AccessionNumber" });
    }

    [Fact]
    public void Descriptions_are_the_most_frequent_and_the_protocol_stands_in()
    {
        var mapped = Build.Map(
            Build.Instance("1.1", (TagMap.StudyDescription, "B"), (TagMap.ProtocolName, "Kopf")), Build.Instance("1.2", (TagMap.StudyDescription, "B")),
            Build.Instance("1.3", (TagMap.StudyDescription, "A")));

        Assert.Equal("B", mapped.Study.Description);
        Assert.Equal("Kopf", mapped.Study.Series[0].Description);
    }

    [Theory]
    [InlineData("12", 12)]
    [InlineData("12.0", 12)]
    [InlineData("0", 0)]
    [InlineData("-1", null)]
    [InlineData("2147483648", null)]
    [InlineData("1.5", null)]
    [InlineData("NaN", null)]
    public void Numbers_are_what_an_unsigned_int_holds(string header, int? expected)
    {
        var mapped = Build.MapOne((TagMap.SeriesNumber, header), (TagMap.InstanceNumber, header));

        Assert.Equal((expected, expected), (mapped.Study.Series[0].Number, mapped.Study.Series[0].Instance[0].Number));
        Assert.Equal(expected is null ? 2 : 0, mapped.Findings.Count(finding => finding.Code == Findings.BadNumber));
    }

    internal static void AssertStrict(MappedStudy mapped)
    {
        foreach (var resource in (Resource[])[mapped.Study, .. mapped.Companions])
        {
            var json = MappedJson.Write(resource);
            Assert.Equal(json, MappedJson.Write(Strict.DeserializeResource(json)));
            Assert.DoesNotContain('\n', json);
        }

        Assert.All(mapped.Findings, finding => Assert.Contains(finding.Code, Findings.All));
    }

    static string Text(MappedStudy mapped) =>
        string.Join('\n', [MappedJson.Write(mapped.Study), .. mapped.Companions.Select(MappedJson.Write), JsonSerializer.Serialize(mapped.Findings)]);

    static SeriesAttributes[] Deliver(InstanceAttributes[] instances, Random random)
    {
        Dictionary<string, SeriesAttributes> kept = [];
        foreach (var chunk in instances.Chunk(random.Next(1, 4)))
        {
            foreach (var group in chunk.GroupBy(instance => instance.SeriesUid))
            {
                kept[group.Key] = kept.TryGetValue(group.Key, out var series)
                    ? SeriesAttributes.Decode(series.Encode()).Merge([.. group]).Series
                    : SeriesAttributes.Of([group.First()]).Merge([.. group]).Series;
            }
        }

        return [.. kept.Values.OrderBy(_ => random.Next())];
    }
}
