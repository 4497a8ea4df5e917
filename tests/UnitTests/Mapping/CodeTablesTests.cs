using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class CodeTablesTests
{
    public static TheoryData<string> Tables => [.. TableSpec.All.Select(spec => spec.Name)];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_row_names_its_source_and_version(string table) =>
        Assert.All(TableSet.Shipped[table], row => Assert.True(row["source"].Length > 0 && row["version"].Length > 0, $"{table}.tsv line {row.Line}"));

    [Theory]
    [MemberData(nameof(Tables))]
    public void No_key_occurs_twice_and_every_row_passes_the_check_of_site_rows(string table)
    {
        var spec = TableSpec.Find(table)!;
        var keys = TableSet.Shipped[table].Select(spec.KeyOf).ToList();

        if (table != "MrTerms") Assert.Equal(keys.Distinct(), keys);
        Assert.All(TableSet.Shipped[table], row => Assert.Null(spec.Fault(row, TableSet.Shipped)));
    }

    [Fact]
    public void Every_table_file_has_a_specification() =>
        Assert.Equal(
            Repository.Files("src/Mapping", "*.tsv").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal), TableSpec.All.Select(spec => spec.Name).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("43799004", true)]
    [InlineData("43799005", false)]
    [InlineData("34799004", false)]
    [InlineData("12345", false)]
    [InlineData("4379900A", false)]
    public void A_check_digit_finds_wrong_and_swapped_digits(string code, bool expected) => Assert.Equal(expected, SnomedId.IsValid(code));

    [Fact]
    public void Every_defined_term_with_a_code_is_found_by_its_own_name() =>
        Assert.All(
            CodeTables.Shipped.Rows("BodySites").Where(row => row["code"].Length > 0),
            row => Assert.Equal(row["code"], Assert.IsType<BodySite.Known>(CodeTables.Shipped.BodySites.OfText(row["term"])).Code.Value));

    [Fact]
    public void Every_spelling_is_found_as_its_term() =>
        Assert.All(CodeTables.Shipped.Rows("BodySiteSynonyms").Where(row => row["scope"] == "value"), row =>
        {
            var expected = row["term"].Length == 0 ? new BodySite.Placeholder() : CodeTables.Shipped.BodySites.OfText(row["term"]);
            Assert.Equal(expected, CodeTables.Shipped.BodySites.OfText(row["spelling"]));
        });

    [Fact]
    public void Modalities_are_the_74_of_cid_33() => Assert.Equal(74, CodeTables.Shipped.Modalities.Count);
}
