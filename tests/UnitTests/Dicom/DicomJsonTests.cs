using System.Text;
using System.Text.Json;
using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.UnitTests.Dicom;

public sealed class DicomJsonTests
{
    [Theory]
    [InlineData("""{"00080060":{"vr":"CS","Value":["CT"]}}""", "CT", "plain")]
    [InlineData("""[{"00080060":{"vr":"CS","Value":["CT"]},"7FE00010":{"vr":"OW","BulkDataURI":"x"}}]""", "CT", "array")]
    [InlineData("""{"00080060":{"vr":"CS","Value":["CT"]},"00080060":{"vr":"CS","Value":["MR"]}}""", "CT", "duplicate key")]
    [InlineData("""{"00080060":{"vr":"UN","Value":["CT", null]}}""", "CT|", "UN for a known tag")]
    [InlineData("""{"00080060":{"vr":"DS","Value":[127.]}}""", "127.", "a number that is no JSON")]
    [InlineData("""{"00080060":{"vr":"PN","Value":[{"Alphabetic":"a^b","Phonetic":"c"}]}}""", "a^b==c", "a name")]
    public void Objects_are_read(string json, string expected, string reason)
    {
        var entry = Assert.Single(Read(json));

        Assert.True(expected == string.Join('|', entry.File!.DataSet.Values(Tag.Parse("0008,0060"))), reason);
    }

    [Fact]
    public void A_faulty_object_does_not_stop_the_next()
    {
        var entries = Read("""[{"resourceType":"Patient"}, {"00080060": nonsense}, {"00080060":{"vr":"CS"}}]""").ToList();

        Assert.Equal([DicomFault.NotDicom, DicomFault.NotJson, null], entries.Select(entry => entry.Fault?.Fault));
    }

    [Theory]
    [InlineData("", DicomFault.Empty)]
    [InlineData("text", DicomFault.NotDicom)]
    [InlineData("""[{"00080060":""", DicomFault.Truncated)]
    public void What_is_no_dicom_json_says_so(string json, DicomFault expected) =>
        Assert.Equal(expected, Assert.Single(Read(json)).Fault?.Fault);

    [Fact]
    public void Deep_sequences_are_skipped()
    {
        const int levels = 50_000;
        var json = string.Concat(Enumerable.Repeat("""{"00081140":{"vr":"SQ","Value":[""", levels)) + string.Concat(Enumerable.Repeat("]}}", levels));

        var entry = Assert.Single(Read(json));

        Assert.Contains(entry.File!.Problems, problem => problem.Code == "too-deep");
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var bytes = DataSetBytes.Around(
            data => data.Text(0x00100010, "PN", "M\u00fcller^J\u00f6rg").Text(0x00180050, "DS", " 1.50\\.5").Value(0x00280010, "US", [0, 2]), characterSet: "ISO_IR 100");
        var file = Part10Reader.Read(new MemoryStream(bytes), ReadSet.All, Limits.Default, TestContext.Current.CancellationToken);

        var json = Written(file.DataSet);

        Assert.Equal(
            """{"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00080018":{"vr":"UI","Value":["1.2.3"]},"00100010":{"vr":"PN","Value":[{"Alphabetic":"M\u00FCller^J\u00F6rg"}]},"00180050":{"vr":"DS","Value":[1.50,0.5]},"0020000D":{"vr":"UI","Value":["1.2.4"]},"0020000E":{"vr":"UI","Value":["1.2.5"]},"00280010":{"vr":"US","Value":[512]}}""",
            json);
        Assert.Equal("Müller^Jörg", Assert.Single(Read(json)).File!.DataSet.Value(Tag.Parse("0010,0010")));
    }

    static string Written(DataSet dataSet)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream)) DicomJsonWriter.Write(writer, dataSet);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    static IEnumerable<DicomJsonEntry> Read(string json) =>
        DicomJsonReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)), ReadSet.All, Limits.Default, CancellationToken.None);
}
