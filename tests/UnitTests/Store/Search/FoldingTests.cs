using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.UnitTests.Store.Search;

public sealed class FoldingTests
{
    [Theory]
    [InlineData("SCHÄDEL", "schadel")]
    [InlineData("Scha\u0308del", "schadel")]        // a and a combining diaeresis
    [InlineData("Größe", "grosse")]
    [InlineData("GRÖẞE", "grosse")]
    [InlineData("Émile Çelik Ștefan Žižka Łódź", "emile celik stefan zizka łodz")]
    [InlineData("Nguyễn", "nguyen")]
    [InlineData("ØRSTED", "ørsted")]        // a letter of its own, no o with a mark
    [InlineData("  CT\t Thorax\n 5,0 mm ", "ct thorax 5,0 mm")]
    [InlineData("Ελλάδα 検査", "ελλαδα 検査")]
    public void Case_marks_and_blanks_do_not_count(string text, string folded) => Assert.Equal(folded, Folding.Fold(text));

    [Fact]
    public void Half_a_surrogate_pair_is_no_text() => Assert.Equal("", Folding.Fold("CT \uD800"));

    [Fact]
    public void Folding_a_folded_text_changes_nothing()
    {
        for (var letter = '\u0020'; letter < '\u2000'; letter++)
        {
            var folded = Folding.Fold($"x{letter}x");
            Assert.Equal(folded, Folding.Fold(folded));
        }
    }
}
