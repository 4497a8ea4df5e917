using System.Diagnostics;
using Dicom2Fhir.PostgresTests.Faults;
using Dicom2Fhir.PostgresTests.Store;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
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

    // For servers beside which the program does not run.
    [Fact]
    public async Task The_commands_of_the_manual_do_the_same()
    {
        await using var site = await Site.CreateAsync(server);
        site.AddStudies(0, 5);
        await site.DoAsync("index", site.Files);
        await using var copy = await site.CopyAsync();
        await copy.DoAsync("index", site.Add("other.dcm", DicomFiles.Instance(7)));
        var manual = await File.ReadAllTextAsync(Path.Combine(UnitTests.Repository.Root, "docs/operations.md"), TestContext.Current.CancellationToken);
        var lines = manual[manual.IndexOf("```sh", StringComparison.Ordinal)..].Split('\n')[1..4];
        Assert.Equal(["pg_dump", "psql", "pg_restore"], lines.Select(line => line.Split(' ')[0]));

        Call(lines[0], site);
        foreach (var line in lines[1..]) Call(line, copy);
        Assert.Equal(await site.ContentAsync(), await copy.ContentAsync());
        Assert.Equal(await BitsAsync(site), await BitsAsync(copy));
        await copy.EndsSoundAsync();
        await using var facade = NpgsqlDataSource.Create(TestServer.AsFacade(copy.ConnectionString) + ";Pooling=false");
        await using var count = facade.CreateCommand("select count(*) from resource where type = 1 and not deleted");
        Assert.Equal(5L, await count.ExecuteScalarAsync(TestContext.Current.CancellationToken));

        void Call(string line, Site over)
        {
            var database = new NpgsqlConnectionStringBuilder(over.ConnectionString);
            var program = PostgresTools.Find(line.Split(' ')[0]);
            var command = (program + line[line.IndexOf(' ', StringComparison.Ordinal)..]).Replace("FILE", Path.Combine(site.Files, "manual"), StringComparison.Ordinal).Replace("DATABASE", database.Database, StringComparison.Ordinal);
            var start = new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardError = true, RedirectStandardOutput = true };
            (start.Environment["PGHOST"], start.Environment["PGPORT"], start.Environment["PGUSER"]) = (database.Host, database.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), database.Username);
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, errors);
        }
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
        await using (var other = NpgsqlDataSource.Create(site.ConnectionString + ";Application Name=a portal;Pooling=false"))
        await using (await other.OpenConnectionAsync(TestContext.Current.CancellationToken))
            Assert.Contains("in use (a portal)", await RefusedAsync(site, file, "--yes"), StringComparison.Ordinal);

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

    // Of a facade whose connections had rested for so long that the pool closed them.
    [Fact]
    public async Task A_program_that_lives_through_a_restore_forgets_the_numbers_of_before()
    {
        await using var site = await Site.CreateAsync(server);
        await using var facade = NpgsqlDataSource.Create(site.ConnectionString);
        var executor = new SearchExecutor(facade, TimeZoneInfo.Utc);
        await WriteAsync("MR", "a");
        var file = Path.Combine(site.Files, "backup");
        await site.DoAsync("backup", file);
        await WriteAsync("NM", "b1", "b2");
        Assert.Equal([1, 2, 0], await CountsAsync());
        using var first = await PageAsync(null);
        Assert.Equal("b1", Assert.Single(first.Resources).Id);

        facade.Clear();
        await site.DoAsync("restore", file, "--yes");
        await WriteAsync("PT", "c1", "c2");        // get the numbers that NM, b1 and b2 had
        using var second = await PageAsync(first.Next);
        Assert.Empty(second.Resources);
        Assert.Equal([1, 0, 2], await CountsAsync());

        async Task WriteAsync(string modality, params IReadOnlyList<string> ids)
        {
            await using var database = NpgsqlDataSource.Create($"{site.ConnectionString};Pooling=false;Application Name={modality}");     // a program of its own
            await new Stock(database).WriteAsync([.. ids.Select(id => Stock.Study(id, modality))]);
            await new Folder(database).FoldAllAsync(TestContext.Current.CancellationToken);
        }

        async Task<IReadOnlyList<long>> CountsAsync()
        {
            var counts = new List<long>();
            foreach (var modality in new[] { "MR", "NM", "PT" }) counts.Add((await executor.CountAsync(Request(modality), TestContext.Current.CancellationToken)).Total);
            return counts;
        }

        Task<SearchPage> PageAsync(PagePosition? position) => executor.PageAsync(Request("NM"), position, 1, 1_000_000, TotalMode.None, TestContext.Current.CancellationToken);

        static SearchRequest Request(string modality) => QueryStringParser.Parse(
            ServedType.ImagingStudy, [KeyValuePair.Create("modality", "http://dicom.nema.org/resources/ontology/DCM|" + modality)], new QueryContext(TimeZoneInfo.Utc, [])).Request;
    }

    [Fact]
    public async Task An_older_backup_and_the_same_inputs_again_end_in_the_same_content()
    {
        await using var site = await Site.CreateAsync(server);
        site.AddStudies(0, 20);
        await site.DoAsync("index", site.Files);
        await site.DoAsync("import", site.Add("imported.ndjson", Resource("a", "active")));
        var file = Path.Combine(site.Files, "backup");
        await site.DoAsync("backup", file);

        // two days: new studies, a correction, another instance, a withheld study, an import with its update
        site.AddStudies(20, 20);
        site.Add("00003/1", DicomFiles.Instance(3, values: (0x00081030, "LO", "Abdomen corrected")));
        site.Add("00004/3", DicomFiles.Instance(4, 3, 2));
        site.Add("00005/3", DicomFiles.Instance(5, 3, 2, (0x00100020, "LO", "ANOTHER")));
        site.Add("imported.ndjson", [.. Resource("a", "inactive"), .. Resource("b", "active")]);
        await ReplayAsync(site);
        var (content, ledger) = (await site.ContentAsync(), await LedgerAsync(site));
        Assert.Equal(39L, await site.ValueAsync<long>("select count(*) from resource where type = 1 and not deleted"));

        await site.DoAsync("restore", file, "--yes");
        Assert.NotEqual(content, await site.ContentAsync());
        await ReplayAsync(site);
        Assert.Equal(content, await site.ContentAsync());
        Assert.Equal(ledger, await LedgerAsync(site));
        await site.EndsSoundAsync();
        await ReplayAsync(site);
        Assert.Equal(content, await site.ContentAsync());
    }

    static byte[] Resource(string id, string status) => System.Text.Encoding.UTF8.GetBytes($$"""{"resourceType":"Device","id":"{{id}}","status":"{{status}}"}""" + "\n");

    static async Task ReplayAsync(Site site)
    {
        await site.DoAsync("index", site.Files);
        await site.DoAsync("import", Path.Combine(site.Files, "imported.ndjson"));
    }

    static Task<string> LedgerAsync(Site site) => site.ValueAsync<string>(
        "select string_agg(concat_ws(' ', name, case when outcome in ('stored', 'updated', 'unchanged') then 'accepted' else outcome end, reason, encode(hash, 'hex')), E'\\n' order by name_hash) from intake.input where name not like '%/backup'");

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
