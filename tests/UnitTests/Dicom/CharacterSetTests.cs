using System.Text;
using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.UnitTests.Dicom;

/// <summary>The examples of PS3.5 annexes H, I and K, and what German sites write. Bytes above 127 are given as Latin-1 letters.</summary>
public sealed class CharacterSetTests
{
    [Theory]
    [InlineData("ISO_IR 100", "Buc^J\u00e9r\u00f4me", "Buc^Jérôme", null, "Latin-1")]
    [InlineData("ISO_IR 144", "\u00bb\u00ee\u00da\u00d5\u00dc", "Люкем", null, "Cyrillic")]
    [InlineData("ISO_IR 192", "Wang^XiaoDong=\u00e7\u008e\u008b^\u00e5\u00b0\u008f\u00e6\u009d\u00b1", "Wang^XiaoDong=王^小東", null, "PS3.5 J.1")]
    [InlineData("GB18030", "Wang^XiaoDong=\u00cd\u00f5^\u00d0\u00a1\u00b6\u00ab", "Wang^XiaoDong=王^小东", null, "PS3.5 J.3")]
    [InlineData("GBK", "\u00cd\u00f5^\u00d0\u00a1\u00b6\u00ab", "王^小东", null, "PS3.5 J.4")]
    [InlineData("\\ISO 2022 IR 87", "Yamada^Tarou=\u001b$B;3ED\u001b(B^\u001b$BB@O:\u001b(B=\u001b$B$d$^$@\u001b(B^\u001b$B$?$m$&\u001b(B", "Yamada^Tarou=山田^太郎=やまだ^たろう", null, "PS3.5 H.3.1")]
    [InlineData("ISO 2022 IR 13\\ISO 2022 IR 87", "\u00d4\u00cf\u00c0\u00de^\u00c0\u00db\u00b3=\u001b$B;3ED\u001b(J^\u001b$BB@O:\u001b(J", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎", null, "PS3.5 H.3.2")]
    [InlineData("\\ISO 2022 IR 149", "Hong^Gildong=\u001b$)C\u00fb\u00f3^\u001b$)C\u00d1\u00ce\u00d4\u00d7", "Hong^Gildong=洪^吉洞", null, "PS3.5 I.2")]
    [InlineData("\\ISO 2022 IR 58", "Zhang^XiaoDong=\u001b$)A\u00d5\u00c5^\u001b$)A\u00d0\u00a1\u00b6\u00ab", "Zhang^XiaoDong=张^小东", null, "PS3.5 K.2")]
    [InlineData("ISO 2022 IR 6\\ISO 2022 IR 100", "M\u001b-A\u00fcller", "Müller", null, "an escape to Latin-1")]
    [InlineData("ISO_IR 126", "\u00c1\u00e8\u00de\u00ed\u00e1 \u00a1\u00a4", "Αθήνα ‘€", null, "Greek, with the letters of 2003")]
    [InlineData("ISO_IR 127", "\u00e2\u00a1", "ق\uFFFD", "charset-wrong", "a byte that Arabic does not assign")]
    [InlineData("ISO_IR 138", "\u00f9\u00ec\u00e5\u00ed", "שלום", null, "Hebrew")]
    [InlineData("ISO_IR 166", "\u00a1\u00d2", "กา", null, "Thai")]
    [InlineData("ISO_IR 203", "Prei\u00df \u00a4", "Preiß €", null, "Latin-9")]
    [InlineData("\\ISO 2022 IR 149", "\u001b$)C\u00c9\u00a1", "\uFFFD\uFFFD", "charset-wrong", "a pair that Korean does not assign")]
    [InlineData("\\ISO 2022 IR 87", "\u001b$BOT\u001b(B", "\uFFFD", "charset-wrong", "a pair that Japanese does not assign")]
    [InlineData("\\ISO 2022 IR 159", "\u001b$(D\u0030\u0021\u001b(B", "丂", null, "JIS X 0212")]
    [InlineData("ISO_IR 100", "M\u00c3\u00bcller", "Müller", "charset-wrong", "UTF-8 declared as Latin-1")]
    [InlineData("", "M\u00fcller", "Müller", "charset-missing", "Latin-1 undeclared")]
    [InlineData("", "M\u00c3\u00bcller", "Müller", "charset-missing", "UTF-8 undeclared")]
    [InlineData("ISO_IR 192", "M\u00fcller", "Müller", "charset-wrong", "Latin-1 declared as UTF-8")]
    [InlineData("ISO-IR 100", "M\u00fcller", "Müller", "charset-unknown", "a faulty term that is understood")]
    [InlineData("KLINGON", "M\u00fcller", "Müller", "charset-unknown", "a term that is not")]
    public void Names_are_decoded(string terms, string latin, string expected, string? problem, string reason)
    {
        var file = Read(data => data.Text(0x00100010, "PN", latin), terms);

        Assert.True(expected == file.DataSet.Value(Tag.Parse("0010,0010")), $"{reason}: {file.DataSet.Value(Tag.Parse("0010,0010"))}");
        Assert.Equal(problem is not null, file.Problems.Any(found => found.Code == problem));
        if (problem is null) Assert.Equal(["no-meta"], file.Problems.Select(found => found.Code).Where(code => code != "odd-length"));
    }

    [Fact]
    public void An_item_may_have_its_own_character_set()
    {
        var item = new DataSetBytes().Text(0x00080005, "CS", "ISO_IR 192").Value(0x00080104, "LO", Encoding.UTF8.GetBytes("Schädel")).ToArray();
        var file = Read(data => data.Header(0x00082218, "SQ", (uint)item.Length + 8).Item((uint)item.Length).Raw(item)
            .Text(0x00102180, "SH", "K\u00f6ln"), "ISO_IR 100");

        Assert.Equal("Schädel", file.DataSet.Items(Tag.Parse("0008,2218"))[0].Value(Tag.Parse("0008,0104")));
        Assert.Equal("Köln", file.DataSet.Value(Tag.Parse("0010,2180")));
    }

    [Theory]
    [InlineData("LO", "a\\ b \\\\c\0", "a|b||c", "split, trimmed, an empty value inside stays")]
    [InlineData("LO", "a\u0007b\0c\0 ", "a\u0007b\0c", "control characters stay, padding does not")]
    [InlineData("UI", "1.2.3\0\0", "1.2.3", "padded")]
    [InlineData("DS", " 1.50 \\-2", "1.50|-2", "as written")]
    [InlineData("ST", " a\\b ", " a\\b", "one text: backslash and leading blank belong to it")]
    public void Values_are_split_and_trimmed(string vr, string value, string expected, string reason)
    {
        var file = Read(data => data.Text(0x00111010, vr, value));

        Assert.True(expected == string.Join('|', file.DataSet.Values(Tag.Parse("0011,1010"))), reason);
    }

    static DicomFile Read(Action<DataSetBytes> between, string? terms = null) =>
        Part10Reader.Read(new MemoryStream(DataSetBytes.Around(between, characterSet: terms)), ReadSet.All, Limits.Default, CancellationToken.None);
}
