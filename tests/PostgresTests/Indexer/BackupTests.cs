using Dicom2Fhir.PostgresTests.Faults;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Indexer;

public sealed class BackupTests(TestServer server)
{
    [Fact]
    public async Task A_restored_copy_verifies_and_holds_the_same()
    {
        await using var site = await Site.CreateAsync(server);
        for (var study = 0; study < 5; study++) site.Add($"{study}", DicomFiles.Instance(study));
        await site.DoAsync("index", site.Files);
        await site.DoAsync("forget", DicomFiles.StudyUid(4));
        var file = Path.Combine(site.Files, "backup");
        await site.DoAsync("backup", file);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.False(File.Exists(file + ".partial"));

        await using var copy = await site.CopyAsync();
        Assert.Equal(4, (await copy.DoAsync("restore", file, "--json")).Json.GetProperty("studies").GetInt32());
        Assert.Equal(await site.ContentAsync(), await copy.ContentAsync());
        Assert.Equal(await BitsAsync(site), await BitsAsync(copy));
        await copy.EndsSoundAsync();
        Assert.Equal(4, (await copy.DoAsync("index", site.Files, "--json")).Json.GetProperty("unchanged").GetInt32());

        // the facade's role reads it
        await using var facade = NpgsqlDataSource.Create(TestServer.AsFacade(copy.ConnectionString) + ";Pooling=false");
        await using var count = facade.CreateCommand("select count(*) from resource where type = 1 and not deleted");
        Assert.Equal(4L, await count.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_restore_replaces_nothing_unasked_and_everything_when_asked()
    {
        await using var site = await Site.CreateAsync(server);
        site.Add("1", DicomFiles.Instance(1));
        await site.DoAsync("index", site.Files);
        var file = Path.Combine(site.Files, "backup");
        await site.DoAsync("backup", file);
        var before = await site.ContentAsync();
        site.Add("2", DicomFiles.Instance(2));
        await site.DoAsync("index", site.Files);
        var after = await site.ContentAsync();

        Assert.Contains("not empty", await RefusedAsync(site, file), StringComparison.Ordinal);
        await using (var other = NpgsqlDataSource.Create(site.ConnectionString + ";Application Name=dicom2fhir;Pooling=false"))
        await using (await other.OpenConnectionAsync(TestContext.Current.CancellationToken))
            Assert.Contains("in use", await RefusedAsync(site, file, "--yes"), StringComparison.Ordinal);

        await using (var cut = new FileStream(file, FileMode.Open)) cut.SetLength(cut.Length - 200);
        Assert.Contains("nothing was changed", await RefusedAsync(site, file, "--yes"), StringComparison.Ordinal);
        Assert.Equal(after, await site.ContentAsync());

        await site.DoAsync("purge", "--yes");
        await site.DoAsync("index", Path.Combine(site.Files, "1"));
        await site.DoAsync("backup", file);
        await site.DoAsync("index", site.Files);
        await site.DoAsync("restore", file, "--yes");
        Assert.Equal(before, await site.ContentAsync());
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task What_is_no_backup_or_of_a_newer_program_is_refused()
    {
        await using var site = await Site.CreateAsync(server);
        Assert.Contains("does not exist", await RefusedAsync(site, Path.Combine(site.Files, "missing")), StringComparison.Ordinal);
        Assert.Contains("not a backup", await RefusedAsync(site, site.Add("text", "no backup"u8.ToArray())), StringComparison.Ordinal);

        await using var newer = await Site.CreateAsync(server);
        var file = Path.Combine(site.Files, "newer");
        await newer.DoAsync("backup", file);
        await newer.ExecuteAsync("insert into journal (number, name, checksum) values (9999, '9999_future.sql', '')");
        await using (var pg = NpgsqlDataSource.Create(newer.ConnectionString + ";Pooling=false"))
            await new Dicom2Fhir.Store.Backup(pg, newer.ConnectionString).WriteAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains("schema 9999", await RefusedAsync(site, file), StringComparison.Ordinal);
        Assert.Equal("", await site.ContentAsync());
    }

    static async Task<string> RefusedAsync(Site site, params string[] arguments)
    {
        var result = await site.RunAsync(["restore", .. arguments]);
        Assert.Equal(1, result.ExitCode);
        return Assert.Single(result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    static Task<string> BitsAsync(Site site) => site.ValueAsync<string>(
        "select md5(string_agg(concat_ws('|', t.type, t.param, t.kind, t.system, t.code, b.block, b.b), ' ' order by t.type, t.param, t.kind, t.system, t.code, b.block)) from bits b join term t on t.id = b.term");
}
