using System.Text.Json;
using Dicom2Fhir.PostgresTests.Faults;

namespace Dicom2Fhir.PostgresTests.Indexer;

/// <summary>Every input ever offered is accounted for.</summary>
public sealed class AccountTests(TestServer server)
{
    [Fact]
    public async Task Files_that_are_gone_are_reported_and_nothing_is_deleted()
    {
        await using var site = await Site.CreateAsync(server);
        var first = site.Add("a/1", DicomFiles.Instance(1));
        var second = site.Add("b/2", DicomFiles.Instance(2));
        await site.DoAsync("index", site.Files);
        File.Delete(first);

        Assert.DoesNotContain("are gone", (await site.DoAsync("index", Path.Combine(site.Files, "b"))).Errors, StringComparison.Ordinal);       // not below this path
        var run = await site.DoAsync("index", site.Files);
        Assert.Contains("1 inputs that were indexed from here are gone", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("are gone", (await site.DoAsync("index", site.Files)).Errors, StringComparison.Ordinal);                          // said once
        Assert.Equal(2, (await site.DoAsync("status", "--json")).Json.GetProperty("studies").GetInt32());
        Assert.Equal(1, (await site.DoAsync("status", "--json")).Json.GetProperty("vanished").GetInt32());
        var lines = (await site.DoAsync("status", "--inputs")).Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.NotEqual(JsonValueKind.Null, lines.Single(line => line.GetProperty("source").GetString() == first).GetProperty("vanished").ValueKind);
        Assert.Equal(JsonValueKind.Null, lines.Single(line => line.GetProperty("source").GetString() == second).GetProperty("vanished").ValueKind);

        // a folder that is not mounted is a missing path, not an empty archive
        Directory.Delete(Path.Combine(site.Files, "b"), recursive: true);
        Assert.Equal(1, (await site.RunAsync("index", Path.Combine(site.Files, "b"))).ExitCode);
        Assert.Equal(1, (await site.DoAsync("status", "--json")).Json.GetProperty("vanished").GetInt32());

        site.Add("a/1", DicomFiles.Instance(1));
        await site.DoAsync("index", site.Files);
        Assert.Equal(1, (await site.DoAsync("status", "--json")).Json.GetProperty("vanished").GetInt32());
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task Rehash_reads_what_size_and_time_hide()
    {
        await using var site = await Site.CreateAsync(server);
        var file = site.Add("1", DicomFiles.Instance(1, 1, 1, (0x00081030, "LO", "Thorax")));
        var time = File.GetLastWriteTimeUtc(file);
        await site.DoAsync("index", site.Files);
        site.Add("1", DicomFiles.Instance(1, 1, 1, (0x00081030, "LO", "Kopfex")));
        File.SetLastWriteTimeUtc(file, time);

        Assert.Equal(1, (await site.DoAsync("index", site.Files, "--json")).Json.GetProperty("unchanged").GetInt32());
        Assert.Equal(1, (await site.DoAsync("index", site.Files, "--rehash", "--json")).Json.GetProperty("updated").GetInt32());
        Assert.Equal(1, (await site.DoAsync("index", site.Files, "--rehash", "--json")).Json.GetProperty("unchanged").GetInt32());
        Assert.True(await site.ValueAsync<bool>("select document like '%Kopfex%' from resource where type = 1"));
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task Status_shows_the_difference_to_before_the_last_run()
    {
        await using var site = await Site.CreateAsync(server);
        site.Add("1", DicomFiles.Instance(1));
        site.Add("2", DicomFiles.Instance(2));
        await site.DoAsync("index", site.Files);
        Assert.Equal("2 studies, 2 inputs", Difference((await site.DoAsync("status", "--json")).Json));
        site.Add("3", DicomFiles.Instance(3));
        site.Add("4", [1, 2, 3]);
        await site.DoAsync("index", site.Files);
        Assert.Equal("1 studies, 2 inputs", Difference((await site.DoAsync("status", "--json")).Json));
        await site.DoAsync("index", site.Files);
        Assert.Equal("0 studies, 0 inputs", Difference((await site.DoAsync("status", "--json")).Json));
        await site.DoAsync("forget", DicomFiles.StudyUid(3));
        Assert.Equal("-1 studies, 0 inputs", Difference((await site.DoAsync("status", "--json")).Json));
        Assert.Contains("-1 studies", (await site.DoAsync("status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_program_refuses_a_newer_database()
    {
        await using var site = await Site.CreateAsync(server);
        await site.ExecuteAsync("insert into journal (number, name, checksum) values (9999, '9999_future.sql', '')");
        site.Add("1", DicomFiles.Instance(1));
        foreach (var verb in (string[][])[["index", site.Files], ["status"], ["verify"], ["remap"], ["report"], ["purge", "--yes"]])
        {
            var refused = await site.RunAsync(verb);
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("9999", Assert.Single(refused.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        }

        Assert.Equal(0L, await site.ValueAsync<long>("select count(*) from resource"));
    }

    static string Difference(JsonElement status)
    {
        var difference = status.GetProperty("last").GetProperty("difference");
        return $"{difference.GetProperty("studies").GetInt64()} studies, {difference.GetProperty("inputs").GetInt64()} inputs";
    }
}
