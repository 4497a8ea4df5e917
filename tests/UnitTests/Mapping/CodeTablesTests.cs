using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class CodeTablesTests
{
    static readonly string[] ShortNames = ["BodySites", "BodySiteSynonyms", "ContrastWords", "Laterality", "Modalities"];

    public static TheoryData<string> Tables => [.. ShortNames];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_row_names_its_source_and_version(string table) =>
        Assert.All(CodeTables.Rows(table), row => Assert.True(row["source"].Length > 0 && row["version"].Length > 0, $"{table}.tsv line {row.Line}"));

    [Theory]
    [InlineData("BodySites", "term")]
    [InlineData("BodySiteSynonyms", "spelling", "scope")]
    [InlineData("ContrastWords", "word")]
    [InlineData("Laterality", "value", "scheme")]
    [InlineData("Modalities", "code")]
    public void No_key_occurs_twice(string table, params string[] key)
    {
        var keys = CodeTables.Rows(table).Select(row => string.Join('\t', key.Select(column => row[column]))).ToList();

        Assert.Equal(keys.Distinct(), keys);
    }

    [Theory]
    [InlineData("BodySites")]
    [InlineData("Laterality")]
    public void Snomed_codes_have_a_right_check_digit(string table) =>
        Assert.All(
            CodeTables.Rows(table).Where(row => row["code"].Length > 0),
            row => Assert.True(SnomedId.IsValid(row["code"]), $"{table}.tsv line {row.Line}"));

    [Theory]
    [InlineData("43799004", true)]
    [InlineData("43799005", false)]
    [InlineData("34799004", false)]
    [InlineData("12345", false)]
    [InlineData("4379900A", false)]
    public void A_check_digit_finds_wrong_and_swapped_digits(string code, bool expected) => Assert.Equal(expected, SnomedId.IsValid(code));

    [Fact]
    public void Every_synonym_and_part_names_a_term()
    {
        var terms = CodeTables.Rows("BodySites").Select(row => row["term"]).ToHashSet();

        Assert.All(CodeTables.Rows("BodySiteSynonyms").Where(row => row["term"].Length > 0), row => Assert.Contains(row["term"], terms));
        var parts = CodeTables.Rows("BodySites").SelectMany(row => row["parts"].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(parts, part => Assert.Contains(part, terms));
    }

    [Fact]
    public void Scopes_and_states_are_the_known_ones()
    {
        Assert.Equal(["keyword", "laterality-token", "value"], CodeTables.Rows("BodySiteSynonyms").Select(row => row["scope"]).Distinct().Order());
        Assert.Equal(["denied", "unknown"], CodeTables.Rows("ContrastWords").Select(row => row["state"]).Distinct().Order());
    }

    [Fact]
    public void Every_defined_term_with_a_code_is_found_by_its_own_name() =>
        Assert.All(
            CodeTables.Rows("BodySites").Where(row => row["code"].Length > 0),
            row => Assert.Equal(row["code"], Assert.IsType<BodySite.Known>(BodySites.OfText(row["term"])).Code.Value));

    [Fact]
    public void Every_spelling_is_found_as_its_term() =>
        Assert.All(CodeTables.Rows("BodySiteSynonyms").Where(row => row["scope"] == "value"), row =>
        {
            var expected = row["term"].Length == 0 ? new BodySite.Placeholder() : BodySites.OfText(row["term"]);
            Assert.Equal(expected, BodySites.OfText(row["spelling"]));
        });

    [Fact]
    public void Modalities_are_the_74_of_cid_33() => Assert.Equal(74, CodeTables.Modalities.Count);
}
