using Dicom2Fhir.FhirFacade.Fhir;
using FsCheck.Xunit;

namespace Dicom2Fhir.UnitTests.FhirFacade;

public sealed class RawQueryTests
{
    [Theory]
    [InlineData("modality=http://dicom.nema.org/resources/ontology/DCM|CT", "modality", "http://dicom.nema.org/resources/ontology/DCM|CT", "portals post raw bodies")]
    [InlineData("modality=http%3A%2F%2Fdicom.nema.org%2Fresources%2Fontology%2FDCM%7CCT", "modality", "http://dicom.nema.org/resources/ontology/DCM|CT", "others encode")]
    [InlineData("?a=b", "a", "b", "the question mark of a query string")]
    [InlineData("_profile%3Abelow=x", "_profile:below", "x", "names are encoded too")]
    [InlineData("a=b=c", "a", "b=c", "only the first = separates")]
    [InlineData("a=x+y", "a", "x y", "form blank")]
    [InlineData("a=x%2By", "a", "x+y", "encoded plus")]
    [InlineData("a=CT$51185008,MR$1", "a", "CT$51185008,MR$1", "raw separators of FHIR")]
    [InlineData("a=Sch%C3%A4del", "a", "Schädel", "UTF-8")]
    [InlineData("a=Sch%C3%A4del+ü+😀", "a", "Schädel ü 😀", "UTF-8 beside raw characters")]
    [InlineData("a", "a", "", "no value")]
    public void Pairs_are_read_as_clients_write_them(string text, string name, string value, string reason)
    {
        var pair = Assert.Single(RawQuery.Parse(text));
        Assert.True(pair.Equals(KeyValuePair.Create(name, value)), $"{reason}: {pair}");
    }

    [Fact]
    public void Order_and_repetition_are_kept_and_empty_parts_dropped() =>
        Assert.Equal([new("started", "ge2020"), new("b", "1"), new("started", "le2021")], RawQuery.Parse("&started=ge2020&&b=1&started=le2021&"));

    [Theory]
    [InlineData("a=%zz", "no hexadecimal digits")]
    [InlineData("a=%2", "cut off")]
    [InlineData("a=100%", "a lone percent")]
    [InlineData("a=%C3%28", "not UTF-8")]
    [InlineData("a=%00", "U+0000, which PostgreSQL cannot hold")]
    [InlineData("a=\0", "U+0000 raw")]
    public void What_is_no_text_is_400(string text, string reason)
    {
        var error = Assert.Single(Assert.Throws<FhirErrorException>(() => RawQuery.Parse(text)).Errors);
        Assert.True(error.Status == 400, reason);
    }

    [Property(MaxTest = 300)]
    public bool Printed_pairs_parse_to_the_same(FsCheck.NonNull<string> name, FsCheck.NonNull<string> value)
    {
        var pair = KeyValuePair.Create("n" + Text(name.Get), Text(value.Get));
        var printed = RawQuery.Print([pair, pair]);
        return RawQuery.Parse(printed).SequenceEqual([pair, pair]) && printed.All(letter => char.IsAsciiLetterOrDigit(letter) || "-._~%=&".Contains(letter, StringComparison.Ordinal));
    }

    // Lone surrogates and U+0000 are no text.
    static string Text(string text) => new([.. text.Where(letter => !char.IsSurrogate(letter) && letter != '\0')]);
}
