using System.Text.RegularExpressions;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.UnitTests.Store;

public sealed class StoredTextTests
{
    [Theory]
    [InlineData(null, null, "nothing")]
    [InlineData("Schädel 頭 \U0001f9e0", "Schädel 頭 \U0001f9e0", "every text with a code point")]
    [InlineData("a\\u0000b", "a\\ufffdb", "PostgreSQL has no U+0000")]
    [InlineData("a\\ud800b", "a\\ufffdb", "a first half alone")]
    [InlineData("\\udc00", "\\ufffd", "a second half alone")]
    [InlineData("\\ud800", "\\ufffd", "a first half at the end")]
    public void What_cannot_be_stored_becomes_the_replacement_character(string? text, string? expected, string reason) =>
        Assert.True(Unescape(expected) == StoredText.Clean(Unescape(text)), reason);

    // Attributes are kept as UTF-8, which has no half pairs: rows are written with escapes.
    static string? Unescape(string? text) => text is null ? null : Regex.Unescape(text);

    [Theory]
    [InlineData(2000, 0, true)]
    [InlineData(1000, 1000, true)]
    [InlineData(1000, 1001, false)]
    public void Values_longer_than_an_index_entry_are_not_indexed(int first, int second, bool expected) =>
        Assert.Equal(expected, StoredText.IsIndexable(new string('x', first), new string('y', second)));

    [Fact]
    public void Length_counts_bytes() => Assert.False(StoredText.IsIndexable(new string('ä', 1001)));

    [Fact]
    public void Values_that_cannot_be_stored_are_not_indexed() => Assert.False(StoredText.IsIndexable("a\0"));
}
