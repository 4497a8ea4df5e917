using System.Formats.Tar;
using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.UnitTests.Dicom;
using static Dicom2Fhir.UnitTests.Indexer.TestArchives;

namespace Dicom2Fhir.UnitTests.Indexer;

public sealed class ContainerReaderTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("d2f-container-").FullName;

    [Fact]
    public void Members_of_a_zip_are_inputs_in_the_order_of_names()
    {
        var results = Read("a.zip", Zip(("b/stored.dcm", Header("1.2.3.1")), ("../../a", Header("1.2.3.2")), ("read me", Utf8("text")), ("empty", []), ("folder/", [])));

        Assert.Equal(
            ["a.zip!../../a stored", "a.zip!b/stored.dcm stored", "a.zip!empty quarantined empty", "a.zip!read me skipped not-dicom"], results);
    }

    [Theory]
    [InlineData(TarEntryFormat.V7, "a")]
    [InlineData(TarEntryFormat.Ustar, "a")]
    [InlineData(TarEntryFormat.Gnu, "a")]
    [InlineData(TarEntryFormat.Pax, "a")]
    [InlineData(TarEntryFormat.Gnu, "a very long name/")]
    [InlineData(TarEntryFormat.Pax, "a very long name/")]
    public void Members_of_a_tar_are_inputs(TarEntryFormat format, string name)
    {
        name = name.Length > 1 ? string.Concat(Enumerable.Repeat(name, 20)) + "ä" : name;
        var tar = Tar(format, ("b", Header("1.2.3.1")), (name, Header("1.2.3.2")));
        string[] expected = [$"!{name} stored", "!b stored"];

        Assert.Equal(expected.Select(line => "x.tar" + line), Read("x.tar", tar));
        Assert.Equal(expected.Select(line => "x.tar.gz" + line), Read("x.tar.gz", Gzip(tar)));
        Assert.Equal(expected.Select(line => "x.TGZ" + line), Read("x.TGZ", Gzip(tar)));
    }

    [Fact]
    public void Links_and_devices_in_a_tar_are_special_files() => Assert.Equal(
        ["l.tar!device skipped special-file", "l.tar!fifo skipped special-file", "l.tar!hard skipped special-file", "l.tar!link skipped special-file"], Read("l.tar", TarOfLinks()));

    [Fact]
    public void Archives_are_read_inside_archives_down_to_a_limit()
    {
        var bytes = Zip(("x.dcm", Header("1.2.3.1")));
        Assert.Equal(["o.tgz!i.zip!x.dcm stored"], Read("o.tgz", Gzip(Tar(TarEntryFormat.Pax, ("i.zip", bytes)))));

        for (var i = 0; i < 10; i++) bytes = Zip(("z.zip", bytes));
        Assert.EndsWith("quarantined limit", Assert.Single(Read("deep.zip", bytes)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_stands_there_twice_is_two_inputs() => Assert.Equal(
        ["d.tar!a stored", "d.tar!a!2 stored"], Read("d.tar", Tar(TarEntryFormat.Ustar, ("a", Header("1.2.3.1")), ("a", Header("1.2.3.2")))));

    [Fact]
    public void Elements_of_dicom_json_are_inputs()
    {
        Assert.Equal(["one stored"], Read("one", Utf8(Json("1.2.3.1"))));
        Assert.Equal(["arr#1 stored"], Read("arr", Utf8($"[{Json("1.2.3.1")}]")));
        Assert.Equal(
            ["a.json.gz#1 stored", "a.json.gz#2 skipped not-dicom", "a.json.gz#3 quarantined not-json", "a.json.gz#4 stored"],
            Read("a.json.gz", Gzip(Utf8($$"""[{{Json("1.2.3.1")}},{"a":1},{"00080060":nonsense},{{Json("1.2.3.2")}}]"""))));
        Assert.Equal(["z.zip!a.json#1 stored", "z.zip!a.json#2 quarantined truncated"], Read("z.zip", Zip(("a.json", Utf8($"[{Json("1.2.3.1")},{Json("1.2.3.2")[..50]}")))));
    }

    [Theory]
    [InlineData("fhir.json", """{"resourceType":"Patient"}""")]
    [InlineData("empty.json", "[]")]
    [InlineData("numbers.json", "[1,2]")]
    [InlineData("no.zip", "text")]
    [InlineData("no.tar", "text")]
    [InlineData("no.tar.gz", "text")]
    public void What_is_something_else_is_one_skipped_input(string name, string text) => Assert.Equal([name + " skipped not-dicom"], Read(name, Utf8(text)));

    [Fact]
    public void A_compressed_file_that_is_no_archive_and_no_json_is_skipped() => Assert.Equal(["x.dcm.gz skipped not-dicom"], Read("x.dcm.gz", Gzip(Header("1.2.3.1"))));

    [Fact]
    public void Members_before_a_cut_are_read_and_the_cut_is_said()
    {
        var tar = Tar(TarEntryFormat.Pax, ("a", Header("1.2.3.1")), ("b", Header("1.2.3.2")));
        var cut = tar.AsSpan(0, tar.AsSpan().LastIndexOf("DICM"u8) + 50).ToArray();

        Assert.Equal(["c.tar quarantined truncated", "c.tar!a stored", "c.tar!b quarantined truncated"], Read("c.tar", cut));
        Assert.Equal(["c.zip quarantined truncated"], Read("c.zip", Zip(("a", Header("1.2.3.1"))).AsSpan(0, 100).ToArray()));
    }

    [Fact]
    public void A_broken_member_does_not_end_its_archive() => Assert.Equal(
        ["b.zip!a stored", "b.zip!b.json.gz quarantined unreadable", "b.zip!c stored"],
        Read("b.zip", Zip(("a", Header("1.2.3.1")), ("b.json.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]), ("c", Header("1.2.3.2")))));

    [Fact]
    public void A_bomb_ends_at_its_ratio()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(bomb, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Tar(TarEntryFormat.Ustar, ("a", Header("1.2.3.1"))).AsSpan(0, 1024));
            var entry = Tar(TarEntryFormat.Ustar, ("b", [])).AsSpan(0, 512).ToArray();
            "77777777777\0"u8.CopyTo(entry.AsSpan(124));
            "        "u8.CopyTo(entry.AsSpan(148));
            var sum = entry.Sum(one => one);
            Utf8(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(entry.AsSpan(148));
            gzip.Write(entry);
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 1100; i++) gzip.Write(zeros);
        }

        Assert.Equal(["b.tgz quarantined limit", "b.tgz!a stored", "b.tgz!b skipped not-dicom"], Read("b.tgz", bomb.ToArray()));
    }

    [Fact]
    public void Mutants_of_archives_are_read_or_refused()
    {
        var tar = Tar(TarEntryFormat.Pax, ("ä", Header("1.2.3.1")), ("b.json", Utf8($"[{Json("1.2.3.2")}]")));
        (string Name, byte[] Bytes)[] originals =
        [
            ("m.zip", Zip(("a", Header("1.2.3.1")), ("stored", Header("1.2.3.2")), ("t.tar", tar))), ("m.tar", tar), ("m.tgz", Gzip(tar)), ("m.json.gz", Gzip(Utf8(Json("1.2.3.1")))),
        ];
        Random random = new(20241125);
        for (var i = 0; i < 2_000; i++)
        {
            var (name, bytes) = originals[i % originals.Length];
            var mutant = MutationTests.Mutate(bytes, random);
            Assert.All(Read(name, mutant), line => Assert.NotEmpty(line));
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    List<string> Read(string name, byte[] content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, content);
        var file = new FileInfo(path);
        var input = new Input(path, FileKind.Regular, file.Length, file.LastWriteTimeUtc);
        return [.. new ContainerReader(input, TestContext.Current.CancellationToken).Results()
            .Select(result => $"{result.Input.Name[(folder.Length + 1)..]} {result.Outcome} {result.Reason}".TrimEnd())];
    }
}
