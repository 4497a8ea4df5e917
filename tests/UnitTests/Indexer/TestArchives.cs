using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Dicom2Fhir.UnitTests.Dicom;

namespace Dicom2Fhir.UnitTests.Indexer;

/// <summary>Files for tests of archives, written by the framework's writers.</summary>
static class TestArchives
{
    /// <summary>A usable header of a patient.</summary>
    public static byte[] Header(string sopUid) =>
        [.. new byte[128], .. "DICM"u8, .. new DataSetBytes().Text(0x00020010, "UI", "1.2.840.10008.1.2.1").ToArray(),
            .. new DataSetBytes().Text(0x00080018, "UI", sopUid).Text(0x00080060, "CS", "CT").Text(0x00100020, "LO", "P1")
                .Text(0x0020000D, "UI", "1.2.4").Text(0x0020000E, "UI", "1.2.5").ToArray()];

    public static string Json(string sopUid) =>
        $$$"""{"00080018":{"vr":"UI","Value":["{{{sopUid}}}"]},"00100020":{"vr":"LO","Value":["P1"]},"0020000D":{"vr":"UI","Value":["1.2.4"]},"0020000E":{"vr":"UI","Value":["1.2.5"]}}""";

    public static byte[] Zip(params (string Name, byte[] Content)[] members)
    {
        using var output = new MemoryStream();
        using (var archive = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                using var stream = archive.CreateEntry(name, name.Contains("stored", StringComparison.Ordinal) ? CompressionLevel.NoCompression : CompressionLevel.Fastest).Open();
                stream.Write(content);
            }
        }

        return output.ToArray();
    }

    public static byte[] Tar(TarEntryFormat format, params (string Name, byte[] Content)[] members)
    {
        using var output = new MemoryStream();
        using (var writer = new TarWriter(output, format, leaveOpen: true))
        {
            foreach (var (name, content) in members) writer.WriteEntry(Entry(format, TarEntryType.RegularFile, name, new MemoryStream(content)));
        }

        return output.ToArray();
    }

    public static byte[] TarOfLinks()
    {
        using var output = new MemoryStream();
        using (var writer = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "folder/"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "/etc/passwd" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "hard") { LinkName = "x" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Fifo, "fifo"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.CharacterDevice, "device"));
        }

        return output.ToArray();
    }

    public static byte[] Gzip(byte[] content)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return output.ToArray();
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    static TarEntry Entry(TarEntryFormat format, TarEntryType type, string name, Stream content) => format switch
    {
        TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name) { DataStream = content },
        TarEntryFormat.Ustar => new UstarTarEntry(type, name) { DataStream = content },
        TarEntryFormat.Gnu => new GnuTarEntry(type, name) { DataStream = content },
        _ => new PaxTarEntry(type, name) { DataStream = content },
    };
}
