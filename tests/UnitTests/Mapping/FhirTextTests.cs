using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.UnitTests.Mapping;

public sealed class FhirTextTests
{
    [Theory]
    [InlineData(null, "", "absent")]
    [InlineData(" \t\r\n\0", "", "nothing to see")]
    [InlineData("  a\0b \u0007 c ", "a b c", "control characters and runs of blanks")]
    [InlineData("a\u00A0b\u0085c", "a b c", "other blanks, and controls above ASCII")]
    [InlineData("a b", "a b", "already clean")]
    [InlineData("a b ", "a b", "a blank at the end")]
    [InlineData(" ab", "ab", "a blank at the start")]
    [InlineData("Schädel €", "Schädel €", "letters stay")]
    [InlineData("a\uFFFFb", "a\uFFFDb", "XML refuses it")]
    public void Text_is_clean(string? text, string expected, string reason) => Assert.True(expected == FhirText.Clean(text), reason);

    /// <summary>Attribute arguments cannot hold one.</summary>
    [Fact]
    public void A_lone_surrogate_is_replaced() => Assert.Equal("a\uFFFDb", FhirText.Clean("a" + (char)0xD800 + "b"));

    [Theory]
    [InlineData("abc def", 7, "abc def")]
    [InlineData("abc def", 6, "abc")]
    [InlineData("abc def", 3, "abc")]
    [InlineData("abcdef", 3, "")]
    public void A_cut_leaves_whole_words(string text, int length, string expected) => Assert.Equal(expected, FhirText.Cut(text, length));
}
