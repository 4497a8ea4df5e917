using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.UnitTests.Dicom;

/// <summary>One fault a row: the value that must be read all the same, and the problem that must be said.</summary>
public sealed class HostileTests
{
    const uint Undefined = 0xFFFFFFFF;

    static readonly TheoryData<string, string, string?, byte[]> Rows = new()
    {
        // what it is, the body part examined (0018,0015), the problem, the file
        { "explicit big endian", "HEAD", null, Meta("1.2.840.10008.1.2.2", BigEndian()) },
        { "big endian without meta", "HEAD", "no-meta", BigEndian() },
        { "implicit little endian", "HEAD", null, Meta("1.2.840.10008.1.2", Data(isExplicit: false)) },
        { "implicit, declared explicit", "HEAD", "transfer-syntax", Meta("1.2.840.10008.1.2.1", Data(isExplicit: false)) },
        { "explicit, declared implicit", "HEAD", "transfer-syntax", Meta("1.2.840.10008.1.2", Data()) },
        { "big endian, declared little", "HEAD", "transfer-syntax", Meta("1.2.840.10008.1.2.1", BigEndian()) },
        { "plain, declared deflated", "HEAD", "transfer-syntax", Meta("1.2.840.10008.1.2.1.99", Data()) },
        { "an encapsulated syntax nobody knows yet", "HEAD", null, Meta("1.2.840.10008.1.2.4.999", Data()) },
        { "a private syntax", "HEAD", "transfer-syntax-unknown", Meta("1.2.3.4", Data()) },
        { "deflated", "HEAD", null, Meta("1.2.840.10008.1.2.1.99", Deflated(Data())) },
        { "deflated with a zlib header", "HEAD", "zlib-header", Meta("1.2.840.10008.1.2.1.99", [0x78, 0x9C, .. Deflated(Data())]) },
        { "a deflate bomb in the pixel data", "HEAD", null, Meta("1.2.840.10008.1.2.1.99", Deflated([.. Data(), .. new DataSetBytes().Value(0x7FE00010, "OB", new byte[100 << 20]).ToArray()])) },
        { "ACR-NEMA: no meta, implicit, group lengths, recognition code", "HEAD", "no-meta", Data(data => data.Value(0x00080000, "UL", [4, 0, 0, 0]).Text(0x00080010, "SH", "ACR-NEMA 2.0"), isExplicit: false) },
        { "a padding byte before everything", "HEAD", "stray-byte", [0x20, .. Data()] },
        { "nested undefined lengths", "HEAD", null, Data(data => data.Header(0x00081140, "SQ", Undefined).Item(Undefined).Header(0x00081199, "SQ", Undefined).Item(Undefined)
            .Text(0x00081150, "UI", "1.2\0").Delimiter(0xFFFEE00D).Delimiter(0xFFFEE0DD).Delimiter(0xFFFEE00D).Delimiter(0xFFFEE0DD)) },
        { "an item without its delimiter", "HEAD", "delimiter-missing", Data(data => data.Header(0x00081140, "SQ", Undefined).Item(Undefined).Text(0x00081150, "UI", "1.2\0").Delimiter(0xFFFEE0DD)) },
        { "delimiters from nowhere", "HEAD", "stray-delimiter", Data(data => data.Delimiter(0xFFFEE00D).Delimiter(0xFFFEE0DD)) },
        { "a sequence that holds no items", "HEAD", "not-items", Data(data => data.Value(0x00081140, "SQ", Encoding.ASCII.GetBytes("sixteen letters "))) },
        { "an item longer than its sequence", "HEAD", "length-beyond-parent", Data(data => data.Header(0x00081140, "SQ", 8).Item(500)) },
        { "UN for a known tag", "HEAD", null, Data(data => data.Raw([]), vr: "UN") },
        { "UN of undefined length, implicit inside", "HEAD", null, Data(data => data.Header(0x00081140, "UN", Undefined).Item(Undefined)
            .Raw(new DataSetBytes(false).Text(0x00081150, "UI", "1.2\0").ToArray()).Delimiter(0xFFFEE00D).Delimiter(0xFFFEE0DD)) },
        { "a private sequence of undefined length", "HEAD", null, Data(data => data.Text(0x00090010, "LO", "MAKER ").Header(0x00091001, "UN", Undefined).Item(Undefined)
            .Raw(new DataSetBytes(false).Text(0x00091002, "LO", "x ").ToArray()).Delimiter(0xFFFEE00D).Delimiter(0xFFFEE0DD)) },
        { "a known VR of the wrong kind", "HEAD", "vr", Data(_ => { }, vr: "LO") },
        { "a VR that is none", "HEAD", "vr-unknown", Data(_ => { }, vr: "cs") },
        { "blanks for a VR", "HEAD", "vr-unknown", Data(_ => { }, vr: "  ") },
        { "odd length", "HEADS", "odd-length", Data(_ => { }, value: "HEADS") },
        { "padding of the wrong kind", "HEAD", null, Data(_ => { }, value: "HEAD\0\0") },
        { "blanks before", "HEAD", null, Data(_ => { }, value: "  HEAD  ") },
        { "a tag twice", "HEAD", "duplicate-tag", Data(data => data.Text(0x00180015, "CS", "HEAD")) },
        { "tags that do not ascend", "HEAD", "unordered-tags", Data(data => data.Text(0x00200011, "IS", "1 ")) },
        { "an undeclared umlaut", "SCHÄDEL", "charset-missing", Data(_ => { }, value: "SCH\u00c4DEL ") },
    };

    public static TheoryData<string, string, string?, byte[]> Files => Rows;

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Files))]
    public void The_header_is_usable_and_the_fault_is_said(string what, string bodyPart, string? problem, byte[] bytes)
    {
        foreach (var readSet in (ReadSet[])[ReadSet.All, ReadSet.Of([TagPath.Parse("0018,0015"), TagPath.Parse("0020,000E"), TagPath.Parse("0008,1140>0008,1150")])])
        {
            var file = Part10Reader.Read(new MemoryStream(bytes), readSet, Limits.Default, TestContext.Current.CancellationToken);

            Assert.True(bodyPart == file.DataSet.Value(Tag.Parse("0018,0015")), $"{what}: {file.DataSet.Value(Tag.Parse("0018,0015"))}");
            Assert.True("1.2.5" == file.DataSet.Value(Tag.Parse("0020,000E")), what);
            string[] expected = problem is null ? [] : [problem];
            var found = file.Problems.Select(one => one.Code).ToList();
            Assert.True(expected.All(found.Contains) && (problem is not null || found.TrueForAll(code => code is "no-meta")), $"{what}: {string.Join(", ", file.Problems)}");
        }
    }

    [Fact]
    public void A_source_that_stalls_ends_at_the_time_limit()
    {
        using SlowStream stream = new(new MemoryStream([.. Data(), .. new byte[1 << 20]]));

        var fault = Assert.Throws<DicomFormatException>(() =>
            Part10Reader.Read(stream, ReadSet.All, Limits.Default with { Time = TimeSpan.FromMilliseconds(20) }, TestContext.Current.CancellationToken));

        Assert.Equal(DicomFault.Limit, fault.Fault);
    }

    static byte[] Data(Action<DataSetBytes>? between = null, bool isExplicit = true, string value = "HEAD", string vr = "CS") => DataSetBytes.Around(
        data =>
        {
            if (between is null || !Holds(between, isExplicit, 0x0020)) between?.Invoke(data);
            data.Text(0x00180015, vr, value);
            if (between is not null && Holds(between, isExplicit, 0x0020)) between(data.Text(0x00200012, "IS", "1 "));
        },
        isExplicit);

    // what does not ascend must stand behind the body part
    static bool Holds(Action<DataSetBytes> between, bool isExplicit, ushort group)
    {
        DataSetBytes alone = new(isExplicit);
        between(alone);
        return alone.ToArray() is { Length: > 2 } bytes && BinaryPrimitives.ReadUInt16LittleEndian(bytes) == group;
    }

    static byte[] BigEndian()
    {
        using MemoryStream output = new();
        foreach (var (tag, vr, value) in (ReadOnlySpan<(uint, string, string)>)[(0x00080018, "UI", "1.2.3\0"), (0x00180015, "CS", "HEAD"), (0x0020000D, "UI", "1.2.4\0"), (0x0020000E, "UI", "1.2.5\0")])
            output.Write([(byte)(tag >> 24), (byte)(tag >> 16), (byte)(tag >> 8), (byte)tag, .. Encoding.ASCII.GetBytes(vr), 0, (byte)value.Length, .. Encoding.ASCII.GetBytes(value)]);
        return output.ToArray();
    }

    static byte[] Meta(string syntax, byte[] data) =>
        [.. new byte[128], .. "DICM"u8, .. new DataSetBytes().Text(0x00020010, "UI", syntax.Length % 2 == 0 ? syntax : syntax + "\0").ToArray(), .. data];

    static byte[] Deflated(byte[] bytes)
    {
        using MemoryStream output = new();
        using (DeflateStream deflater = new(output, CompressionLevel.Fastest)) deflater.Write(bytes);
        return output.ToArray();
    }

    sealed class SlowStream(Stream stream) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Thread.Sleep(15);
            return stream.Read(buffer, offset, Math.Min(count, 20));
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
