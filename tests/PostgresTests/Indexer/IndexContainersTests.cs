using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.PostgresTests.Indexer;

/// <summary>Archives and DICOM JSON through the whole pipeline: accounted for by member, read again only when they changed.</summary>
public sealed class IndexContainersTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    readonly string folder = Directory.CreateTempSubdirectory("d2f-index-").FullName;
    readonly string data = TestServer.CreateFolder("d2f-data-");

    public async ValueTask InitializeAsync() => await new Ledger(database.Owner).PurgeAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task An_unchanged_archive_is_not_read_again_and_its_members_are_accounted_for()
    {
        Tar("a.tar", ("1.json", Json("1.1")), ("2.json", Json("1.2")), ("x", "text"), ("y.json", """{"00080060":{"vr":"CS","Value":["CT"]}}"""));
        Assert.Equal(["a.tar!1.json stored", "a.tar!2.json stored", "a.tar!x skipped not-dicom", "a.tar!y.json quarantined no-study-uid"], await RunAsync());

        // what cannot be opened cannot have been read: the file is replaced by as many other bytes of the same time
        var time = File.GetLastWriteTimeUtc(Path("a.tar"));
        File.WriteAllBytes(Path("a.tar"), new byte[new FileInfo(Path("a.tar")).Length]);
        File.SetLastWriteTimeUtc(Path("a.tar"), time);
        Assert.Equal(["a.tar!1.json unchanged", "a.tar!2.json unchanged", "a.tar!x skipped not-dicom", "a.tar!y.json quarantined no-study-uid"], await RunAsync());

        Tar("a.tar", ("1.json", Json("1.1")), ("3.json", Json("1.3")));
        Assert.Equal(["a.tar!1.json unchanged", "a.tar!3.json stored"], await RunAsync());
        Assert.Equal(["a.tar!1.json unchanged", "a.tar!3.json unchanged"], await RunAsync());
    }

    [Fact]
    public async Task A_fault_of_an_archive_is_forgotten_when_it_is_read_whole()
    {
        Tar("b.tar", ("1.json", Json("1.1")), ("2.json", Json("1.2")));
        var whole = File.ReadAllBytes(Path("b.tar"));
        File.WriteAllBytes(Path("b.tar"), whole[..1600]);
        Assert.Equal(["b.tar quarantined truncated", "b.tar!1.json stored", "b.tar!2.json quarantined truncated"], await RunAsync());

        File.WriteAllBytes(Path("b.tar"), whole);
        Assert.Equal(["b.tar!1.json unchanged", "b.tar!2.json stored"], await RunAsync());
        Assert.Equal(2, (await new IndexRun(database, data).InputsAsync()).Count);
    }

    [Fact]
    public async Task The_later_name_wins_inside_an_archive_whatever_its_order()
    {
        Tar("c.tar", ("2.json", Json("1.1", "MR")), ("1.json", Json("1.1", "CT")));
        Assert.Equal(["c.tar!1.json stored", "c.tar!2.json updated"], await RunAsync());
        Assert.Contains("\"code\":\"MR\"", await database.ValueAsync<string>("select document from resource where type = 1 and not deleted"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_elements_and_members_give_one_study_in_any_packing()
    {
        File.WriteAllText(Path("one.json"), Json("1.1"));
        File.WriteAllText(Path("two.json"), $"[{Json("1.2")},{Json("1.3")}]");
        using (var zip = ZipFile.Open(Path("three.zip"), ZipArchiveMode.Create))
        {
            using var writer = new StreamWriter(zip.CreateEntry("x/four.json").Open());
            writer.Write($"[{Json("1.4")}]");
        }

        Assert.Equal(["one.json stored", "three.zip!x/four.json#1 stored", "two.json#1 stored", "two.json#2 stored"], await RunAsync());
        Assert.Contains("\"numberOfInstances\":4", await database.ValueAsync<string>("select document from resource where type = 1 and not deleted"), StringComparison.Ordinal);
        Assert.Equal(["one.json unchanged", "three.zip!x/four.json#1 unchanged", "two.json#1 unchanged", "two.json#2 unchanged"], await RunAsync());
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        Directory.Delete(data, recursive: true);
        return ValueTask.CompletedTask;
    }

    Task<List<string>> RunAsync() => new IndexRun(database, data).LinesAsync(folder);

    string Path(string name) => System.IO.Path.Combine(folder, name);

    void Tar(string name, params (string Name, string Text)[] members)
    {
        using var writer = new TarWriter(File.Create(Path(name)), TarEntryFormat.Ustar);
        foreach (var (member, text) in members)
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, member) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
    }

    static string Json(string sopUid, string modality = "CT") =>
        $$$"""{"00080016":{"vr":"UI","Value":["1.2.840.10008.5.1.4.1.1.2"]},"00080018":{"vr":"UI","Value":["{{{sopUid}}}"]},"00080060":{"vr":"CS","Value":["{{{modality}}}"]},"00100020":{"vr":"LO","Value":["P1"]},"0020000D":{"vr":"UI","Value":["1.2.4"]},"0020000E":{"vr":"UI","Value":["1.2.5"]}}""";
}
