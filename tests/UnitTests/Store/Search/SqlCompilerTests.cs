using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.UnitTests.Store.Search;

/// <summary>Each shape of search beside the SQL it becomes: read the golden files to know what the database is asked.</summary>
public sealed class SqlCompilerTests
{
    const int Live = 2, All = 1;

    static readonly Leaf Ct = new(false, [10], null);
    static readonly Leaf ChestOrLung = new(false, [20, 21], null);
    static readonly Leaf NoContrast = new(true, [30], null);
    static readonly Leaf Patient = new(false, [], RowSource.References(5, ["Patient/a"]));
    static readonly Leaf NotIds = new(true, [], RowSource.Ids(1, ["x", "y"]));
    static readonly Leaf SinceNoon = new(
        false, [40, 41], RowSource.Dates(6, new DateEdge(DateTime.UnixEpoch, DateTime.UnixEpoch, DateEdge.ConditionOf(Prefix.Gt), DateTime.UnixEpoch, DateTime.UnixEpoch)));

    [Fact]
    public void Bitmaps_are_counted_with_the_live_one() => Same("count-bits", SqlCompiler.Count([Ct, ChestOrLung, NoContrast], Live));

    [Fact]
    public void A_page_ships_blocks() => Same("page-bits", SqlCompiler.Blocks([Ct, ChestOrLung], All, 0, 312));

    [Fact]
    public void A_page_that_only_excludes_starts_from_every_row() => Same("page-only-not", SqlCompiler.Blocks([NoContrast], All, 0, 312));

    [Fact]
    public void A_page_of_mixed_bits_and_rows_looks_at_its_blocks_only() => Same("page-edge", SqlCompiler.Blocks([SinceNoon, Ct], All, 4, 7));

    [Fact]
    public void Few_rows_are_tested_against_bitmaps() => Same("page-rows", SqlCompiler.Numbers([Ct, Patient, NoContrast, NotIds], 100, 4000, 51));

    [Fact]
    public void Rows_of_an_older_horizon_need_no_bitmap() => Same("page-rows-only", SqlCompiler.Numbers([Patient, NotIds], 100, 4000, 51));

    [Fact]
    public void Rows_are_tested_against_bits_or_rows() => Same("page-rows-edge", SqlCompiler.Numbers([Patient, SinceNoon], 100, 4000, 51));

    [Fact]
    public void Few_rows_are_counted_by_themselves() => Same("count-rows", SqlCompiler.Count([Patient, Ct], Live));

    [Fact]
    public void A_time_within_a_day_joins_rows_to_the_bitmaps() => Same("count-edge", SqlCompiler.Count([SinceNoon, Ct], Live));

    [Fact]
    public void No_criterion_counts_what_is_live() => Same("count-all", SqlCompiler.Count([], Live));

    [Fact]
    public void The_text_depends_on_the_shape_alone()
    {
        var one = SqlCompiler.Count([new Leaf(false, [], RowSource.References(5, ["Patient/a"])), Ct], Live);
        var other = SqlCompiler.Count([new Leaf(false, [], RowSource.References(9, ["'; drop table resource; --", "$1", "{0}"])), new Leaf(false, [77], null)], 8);

        Assert.Equal(one.Sql, other.Sql);
    }

    static void Same(string name, CompiledQuery query) =>
        Golden.Same($"tests/UnitTests/Store/Search/Golden/{name}.sql", query.Sql + "\n" + string.Concat(query.Values.Select((value, i) => $"-- ${i + 1} {value.Value.GetType().Name}\n")));
}
