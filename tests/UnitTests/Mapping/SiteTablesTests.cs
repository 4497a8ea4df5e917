using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class SiteTablesTests
{
    [Fact]
    public void A_site_changes_and_adds_rows()
    {
        var tables = Read(
            "# our own", "[BodySites]", "term\tcode\tdisplay", "CHEST\t51185008\tThoracic structure", "", "[BodySiteSynonyms]", "spelling\tscope\tterm", "UNSER THX\tvalue\tCHEST",
            "[ContrastAgents]", "word\tsubstance\tatc\tsnomed", "HAUSMARKE\tIohexol\tV08AB02\t109218004", "[Modalities]", "value\tcode", "SC\tOT");
        var options = Build.Options with { Tables = tables };

        Assert.Equal("51185008", Build.Map(options, Build.Instance("1.1", (TagMap.BodyPartExamined, "unser thx"))).Study.Series[0].BodySite?.Code);
        Assert.Equal("416550000", Build.Map(options, Build.Instance("1.1", (TagMap.BodyPartExamined, "CHEST\\ABDOMEN"))).Study.Series[0].BodySite?.Code);
        Assert.Single(Build.Map(options, Build.Instance("1.1", (TagMap.ContrastBolusAgent, "Omnipaque")), Build.Instance("1.2", (TagMap.ContrastBolusAgent, "Hausmarke 300"))).Administrations);
        Assert.Empty(Build.Map(options, Build.Instance("1.1", (TagMap.Modality, "SC"))).Findings);
        Assert.Equal("43799004", Build.MapOne((TagMap.BodyPartExamined, "CHEST")).Study.Series[0].BodySite?.Code);
    }

    [Fact]
    public void Equal_rows_have_equal_fingerprints_and_others_not()
    {
        string[] file = ["[BodySites]", "term\tcode", "CHEST\t51185008"];

        Assert.Equal(Read(file).Fingerprint, Read(["# comment", .. file]).Fingerprint);
        Assert.NotEqual(CodeTables.Shipped.Fingerprint, Read(file).Fingerprint);
        Assert.Equal(CodeTables.Shipped.Fingerprint, Read().Fingerprint);
    }

    [Theory]
    [InlineData("line 1: no table [Bodysites]; there are BodySites,", "[Bodysites]")]
    [InlineData("line 1: a row before the first [Table]", "CHEST\t51185008")]
    [InlineData("line 2: no column 'kode'; there are term,", "[BodySites]", "term\tkode")]
    [InlineData("line 2: column 'term' is missing", "[BodySites]", "code")]
    [InlineData("line 3: 1 cells, not 2", "[BodySites]", "term\tcode", "CHEST")]
    [InlineData("line 3: code '51185009' is no SNOMED CT identifier (check digit)", "[BodySites]", "term\tcode", "CHEST\t51185009")]
    [InlineData("line 4: the row stands in the file twice", "[BodySites]", "term\tcode", "CHEST\t51185008", "CHEST\t51185008")]
    [InlineData("line 3: term 'BRUST' is no term of BodySites", "[BodySiteSynonyms]", "spelling\tscope\tterm", "X\tvalue\tBRUST")]
    [InlineData("line 3: code 'ZZ' is not in the value set", "[Modalities]", "value\tcode", "SC\tZZ")]
    [InlineData("line 3: state 'maybe' is none of given, denied, unknown", "[ContrastWords]", "word\tscope\tstate", "X\tagent\tmaybe")]
    [InlineData("line 3: factor '-1' is no number above 0", "[DoseUnits]", "quantity\tspelling\tunit\tfactor", "DLP\tX\tmGy.cm\t-1")]
    [InlineData("line 3: system 'nowhere' is no absolute URI", "[CodingSchemes]", "scheme\tsystem", "99X\tnowhere")]
    public void Every_fault_is_told_with_its_line(string expected, params string[] lines)
    {
        var (tables, problems) = CodeTables.WithSiteFile(lines);

        Assert.Null(tables);
        Assert.Contains(problems, problem => problem.StartsWith(expected, StringComparison.Ordinal));
    }

    static CodeTables Read(params string[] lines)
    {
        var (tables, problems) = CodeTables.WithSiteFile(lines);
        Assert.Empty(problems);
        return tables!;
    }
}
