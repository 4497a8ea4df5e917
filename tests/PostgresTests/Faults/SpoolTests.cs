using System.Formats.Tar;
using System.IO.Compression;
using Dicom2Fhir.PostgresTests.Indexer;

namespace Dicom2Fhir.PostgresTests.Faults;

/// <summary>No space for what the program writes beside the database: temporary files and backups.</summary>
public sealed class SpoolTests(TestServer server)
{
    [Fact]
    public async Task A_full_disk_for_temporary_files_turns_one_archive_away_until_there_is_space()
    {
        await using var disk = SmallDisk.Mount(megabytes: 8);
        await using var site = await Site.CreateAsync(server);
        site.Settings["TMPDIR"] = disk.Folder;
        site.Add("plain.dcm", DicomFiles.Instance(1));
        site.Add("outer.tar", Tar("inner.zip", Zip("member.dcm", [.. DicomFiles.Instance(2), .. new Random(1).GetItems<byte>([.. Enumerable.Range(0, 256).Select(one => (byte)one)], 1_000_000)])));
        disk.Fill();
        var full = await site.DoAsync("index", site.Files, "--json");
        Assert.Equal((1, 1), (full.Json.GetProperty("stored").GetInt32(), full.Json.GetProperty("quarantined").GetInt32()));
        Assert.Equal("unreadable: no space for temporary files (TMPDIR)", await site.ValueAsync<string>("select reason || ': ' || text from intake.input where name like '%!inner.zip'"));

        disk.Free();
        Assert.Equal(1, (await site.DoAsync("index", site.Files, "--json")).Json.GetProperty("stored").GetInt32());
        Assert.Empty(Directory.GetFiles(disk.Folder, "*.tmp"));
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task A_backup_on_a_full_disk_is_one_sentence_and_leaves_nothing()
    {
        await using var disk = SmallDisk.Mount(megabytes: 8);
        await using var site = await Site.CreateAsync(server);
        site.AddStudies(0, 300);
        await site.DoAsync("index", site.Files);
        disk.Fill(leave: 16 * 1024);
        var refused = await site.RunAsync("backup", Path.Combine(disk.Folder, "backup"));
        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("The backup cannot be written: ", Assert.Single(refused.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal(["ballast"], Directory.GetFiles(disk.Folder).Select(Path.GetFileName));
    }

    static byte[] Zip(string name, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            using var member = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
            member.Write(content);
        }

        return stream.ToArray();
    }

    static byte[] Tar(string name, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream)) writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        return stream.ToArray();
    }
}
