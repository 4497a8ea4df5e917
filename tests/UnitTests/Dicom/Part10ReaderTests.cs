using System.IO.Compression;
using System.Text;
using Dicom2Fhir.Dicom;
using FsCheck.Xunit;

namespace Dicom2Fhir.UnitTests.Dicom;

public sealed class Part10ReaderTests
{
    const uint Undefined = 0xFFFFFFFF;

    static readonly Tag Modality = Tag.Parse("0008,0060");

    [Theory]
    [InlineData(1_000, true, "deeper than the limit")]
    [InlineData(1_000_000, true, "a bomb")]
    [InlineData(1_000_000, false, "a bomb without VRs")]
    public void Nesting_bombs_are_skipped_by_a_counter(int levels, bool isExplicit, string reason)
    {
        var bytes = DataSetBytes.Around(
            data =>
            {
                for (var i = 0; i < levels; i++) data.Header(0x00081140, "SQ", Undefined).Item(Undefined);
                for (var i = 0; i < levels; i++) data.Delimiter(0xFFFEE00D).Delimiter(0xFFFEE0DD);
                data.Text(0x00181030, "LO", "behind");
            },
            isExplicit);

        var file = Read(bytes);

        Assert.True(file.DataSet.Value(Tag.Parse("0018,1030")) == "behind", reason);
        Assert.Contains(file.Problems, problem => problem.Code == "too-deep");
    }

    [Theory]
    [InlineData("no bytes", DicomFault.Empty)]
    [InlineData("PK", DicomFault.NotDicom)]
    [InlineData("text", DicomFault.NotDicom)]
    [InlineData("cut", DicomFault.Truncated)]
    [InlineData("elements", DicomFault.Limit)]
    [InlineData("values", DicomFault.Limit)]
    [InlineData("inflated", DicomFault.Limit)]
    [InlineData("garbage deflated", DicomFault.BadDeflate)]
    public void What_gives_no_header_says_why(string input, DicomFault expected)
    {
        var limits = Limits.Default with { Elements = 2, KeptBytes = input == "values" ? 4 : 1 << 20, InflatedBytes = 1 << 20 };
        var bytes = input switch
        {
            "no bytes" => [],
            "PK" => "PK\u0003\u0004aaaaaaaaaaaa"u8.ToArray(),
            "text" => Encoding.ASCII.GetBytes(new string('x', 500)),
            "cut" => new DataSetBytes().Text(0x00080018, "UI", "1.2.3\0").Header(0x00080060, "CS", 500).ToArray(),
            "garbage deflated" => Deflated([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            "inflated" => Deflated(Deflate(new DataSetBytes().Text(0x00080018, "UI", "1.2.3\0").Value(0x00091010, "OB", new byte[4 << 20]).ToArray())),
            _ => DataSetBytes.Around(data => data.Text(0x00080060, "CS", "CT")),
        };

        var exception = Assert.Throws<DicomFormatException>(() => Read(bytes, limits));

        Assert.Equal(expected, exception.Fault);
    }

    [Fact]
    public void A_file_cut_behind_the_three_uids_is_usable()
    {
        var bytes = DataSetBytes.Around(_ => { });

        var file = Read([.. bytes, 0x28, 0, 0x10, 0, (byte)'U']);

        Assert.Equal("1.2.5", file.DataSet.Value(Tag.Parse("0020,000E")));
        Assert.Contains(file.Problems, problem => problem.Code == "truncated");
    }

    [Fact]
    public void Only_the_read_set_is_kept_at_each_level()
    {
        var bytes = DataSetBytes.Around(data => data.Text(0x00080060, "CS", "CT").Header(0x00082218, "SQ", 42).Item(34)
            .Text(0x00080100, "SH", "T-D1").Text(0x00080102, "SH", "SRT ").Text(0x00080104, "LO", "x "));

        var file = Part10Reader.Read(
            new MemoryStream(bytes), ReadSet.Of([TagPath.Parse("0008,2218>0008,0102")]), Limits.Default, TestContext.Current.CancellationToken);

        Assert.False(file.DataSet.Contains(Modality));
        var item = Assert.Single(file.DataSet.Items(Tag.Parse("0008,2218")));
        Assert.Equal(["SRT"], item.Elements.SelectMany(element => element.Values));
    }

    [Theory]
    [InlineData(20_000, 10, true, "frames that repeat each other, ten kinds of them")]
    [InlineData(300, 300, false, "frames that all differ")]
    public void Repeated_items_are_kept_and_counted_once(int frames, int kinds, bool isRead, string reason)
    {
        var bytes = DataSetBytes.Around(data =>
        {
            for (var i = 0; i < frames; i++)
            {
                var kind = i * kinds / frames;
                var macro = new DataSetBytes().Text(0x00180060, "DS", $"{kind:000000}").Text(0x00189360, "DS", "1 ").ToArray();
                var frame = new DataSetBytes().Header(0x00189325, "SQ", (uint)macro.Length + 8).Item((uint)macro.Length).Raw(macro).Text(0x00200013, "IS", "7 ").ToArray();
                if (i == 0) data.Header(0x00081140, "SQ", (uint)((frame.Length + 8) * frames));
                data.Item((uint)frame.Length).Raw(frame);
            }
        });
        var limits = Limits.Default with { Elements = 200 };

        if (!isRead)
        {
            Assert.Equal(DicomFault.Limit, Assert.Throws<DicomFormatException>(() => Read(bytes, limits)).Fault);
            return;
        }

        var items = Read(bytes, limits).DataSet.Items(Tag.Parse("0008,1140"));
        Assert.True(items.Count == frames, reason);
        Assert.Equal(Enumerable.Range(0, frames).Select(i => $"{i * kinds / frames:000000}"), items.Select(item => item.Items(Tag.Parse("0018,9325"))[0].Value(Tag.Parse("0018,0060"))));
        Assert.All(items, item => Assert.Equal("7", item.Value(Tag.Parse("0020,0013"))));
    }

    [Fact]
    public void A_claimed_length_is_not_allocated()
    {
        var bytes = DataSetBytes.Around(_ => { }).Concat(new DataSetBytes().Header(0x00321060, "UT", 0x0FFFFFF0).ToArray()).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();

        Read(bytes, Limits.Default with { ValueBytes = int.MaxValue });

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Reading_stops_before_the_pixel_data_and_takes_little_of_the_stream()
    {
        var header = DataSetBytes.Around(_ => { });
        using MemoryStream stream = new([.. header, .. new DataSetBytes().Value(0x7FE00010, "OW", new byte[4 << 20]).ToArray()]);

        var file = Part10Reader.Read(stream, ReadSet.All, Limits.Default, TestContext.Current.CancellationToken);

        Assert.Equal(header.Length, file.HeaderBytes);
        Assert.InRange(stream.Position, 0, 64 << 10);
    }

    [Property(MaxTest = 500)]
    public bool Any_bytes_are_read_or_refused(byte[] bytes, bool hasPreamble)
    {
        try
        {
            Read(hasPreamble ? [.. new byte[128], .. "DICM"u8, .. bytes] : bytes);
        }
        catch (DicomFormatException)
        {
            return true;
        }

        return true;
    }

    [Property(MaxTest = 200)]
    public bool Text_of_any_letters_comes_back(FsCheck.NonEmptyString text)
    {
        var value = string.Concat(text.Get.Where(letter => !char.IsControl(letter) && !char.IsSurrogate(letter) && letter != '\\')).Trim();
        var bytes = Encoding.UTF8.GetBytes(value);
        var file = Read(DataSetBytes.Around(data => data.Value(0x00081030, "LO", bytes), characterSet: "ISO_IR 192"));

        return (file.DataSet.Value(Tag.Parse("0008,1030")) ?? "") == value;
    }

    static DicomFile Read(byte[] bytes, Limits? limits = null) =>
        Part10Reader.Read(new MemoryStream(bytes), ReadSet.All, limits ?? Limits.Default, CancellationToken.None);

    static byte[] Deflated(byte[] stream) =>
        [.. new byte[128], .. "DICM"u8, .. new DataSetBytes().Text(0x00020010, "UI", "1.2.840.10008.1.2.1.99").ToArray(), .. stream];

    static byte[] Deflate(byte[] bytes)
    {
        using MemoryStream output = new();
        using (DeflateStream deflater = new(output, CompressionLevel.Optimal)) deflater.Write(bytes);
        return output.ToArray();
    }
}
