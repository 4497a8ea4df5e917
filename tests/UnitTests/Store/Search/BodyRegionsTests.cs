using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Store.Search;

public sealed class BodyRegionsTests
{
    const string Snomed = "http://snomed.info/sct";

    [Theory]
    [InlineData("39607008", "43799004", "the chest contains the lung")]
    [InlineData("39607008", "51185008", "under its older code")]
    [InlineData("39607008", "816094009", "and its current one")]
    [InlineData("39607008", "22943007", "the trunk contains the chest")]
    [InlineData("41801008", "43799004", "a coronary artery is in the heart, which is in the chest")]
    [InlineData("416775004", "51185008", "chest, abdomen and pelvis is found by the chest")]
    [InlineData("416775004", "818981001", "by the abdomen")]
    [InlineData("416775004", "113345001", "by the abdomen's older code")]
    [InlineData("416775004", "816092008", "and by the pelvis")]
    [InlineData("774007", "45048000", "head and neck by the neck")]
    [InlineData("64033007", "818981001", "the kidney is in the abdomen")]
    [InlineData("71341001", "61685007", "the femur in the leg")]
    [InlineData("51185008", "43799004", "codes of one region are one")]
    [InlineData("72696002", "72696002", "a site contains itself")]
    public void A_site_is_in_its_regions(string site, string region, string reason) => Assert.True(BodyRegions.Containing(Snomed, site).Contains(region), reason);

    [Theory]
    [InlineData("43799004", "39607008", "the lung does not contain the chest")]
    [InlineData("39607008", "818981001", "the lung is not in the abdomen")]
    [InlineData("43799004", "416775004", "the chest is not the three together")]
    [InlineData("69536005", "45048000", "the head is not in the neck")]
    public void And_in_no_other(string site, string region, string reason) => Assert.False(BodyRegions.Containing(Snomed, site).Contains(region), reason);

    [Fact]
    public void A_code_of_another_system_is_only_itself() => Assert.Equal(["39607008"], BodyRegions.Containing("http://x", "39607008"));

    [Fact]
    public void No_site_contains_itself_through_others()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "src/Store/Search/BodyRegions.tsv")).Where(line => line[0] != '#').Skip(1).Select(line => line.Split('\t')).ToList();
        Assert.All(rows, row => Assert.All(
            row[2].Split(' ').Where(region => region.Length > 0 && region[0] != '='), region => Assert.DoesNotContain(row[0], BodyRegions.Containing(Snomed, region))));
        Assert.Distinct(rows.Select(row => row[0]));
    }

    [Fact]
    public void Every_combined_site_the_mapping_writes_is_in_each_of_its_parts()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "src/Mapping/BodySites.tsv")).Skip(1).Select(line => line.Split('\t')).ToList();
        var codes = rows.GroupBy(row => row[0]).ToDictionary(group => group.Key, group => group.First()[1]);
        Assert.All(rows.Where(row => row[3].Length > 0 && row[1].Length > 0), row => Assert.All(
            row[3].Split(' '), part => Assert.True(BodyRegions.Containing(Snomed, row[1]).Contains(codes[part]), $"{row[0]} in {part}")));
    }

    [Theory]
    [InlineData(false, "51185008", "series-bodysite")]
    [InlineData(true, "51185008", "series-bodysite:below")]
    [InlineData(true, "http://snomed.info/sct|51185008", "series-bodysite:below")]
    [InlineData(true, "http://snomed.info/sct|", "series-bodysite")]
    public void The_setting_makes_a_plain_token_mean_its_parts_and_the_self_link_says_so(bool on, string value, string printed)
    {
        var context = new QueryContext(TimeZoneInfo.Utc, []) { BodySiteHierarchy = on };

        var request = QueryStringParser.Parse(ServedType.ImagingStudy, [KeyValuePair.Create("series-bodysite", value)], context).Request;

        Assert.Equal([KeyValuePair.Create(printed, value)], request.Print());
    }

    [Fact]
    public void The_setting_leaves_not_and_other_tokens_alone()
    {
        var context = new QueryContext(TimeZoneInfo.Utc, []) { BodySiteHierarchy = true };
        foreach (var name in new[] { "series-bodysite:not", "modality" })
        {
            Assert.Equal(name, Assert.Single(QueryStringParser.Parse(ServedType.ImagingStudy, [KeyValuePair.Create(name, "51185008")], context).Request.Print()).Key);
        }
    }

    [Fact]
    public void The_regions_of_a_site_are_terms()
    {
        var study = new ImagingStudy { Id = "s", Series = [new ImagingStudy.SeriesComponent { Uid = "1", BodySite = new Coding(Snomed, "39607008") }] };

        var regions = new IndexExtractor(TimeZoneInfo.Utc).Extract(ServedType.ImagingStudy, study, DateTime.UnixEpoch).Terms.Where(term => term is { Param: "series-bodysite", Kind: 'b' }).Select(term => term.Code);

        Assert.Subset(regions.ToHashSet(), new HashSet<string> { "39607008", "43799004", "51185008", "816094009", "22943007" });
    }
}
