using System.IO.Compression;

namespace Dicom2Fhir.PostgresTests.Identity;

public sealed class EveryColumnTests
{
    [Theory]
    [InlineData("787D0EA09CE3C1176CE48E824E")]     // a zlib header that names a preset dictionary
    [InlineData("789C0000")]
    [InlineData("1F8B0800")]
    [InlineData("FF")]
    [InlineData("")]
    public void Bytes_that_only_look_packed_are_read_as_they_are(string bytes)
        => Assert.Equal(Convert.FromHexString(bytes), EveryColumn.Decoded("public.resource.sha256", Convert.FromHexString(bytes)));

    [Fact]
    public void Packed_bytes_are_read_unpacked_as_well()
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write("hidden within"u8);

        Assert.Equal([.. packed.ToArray(), .. "hidden within"u8], EveryColumn.Decoded("public.resource.document", packed.ToArray()));
    }
}
