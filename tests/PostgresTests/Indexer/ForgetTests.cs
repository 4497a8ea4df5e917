using Dicom2Fhir.PostgresTests.Faults;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.PostgresTests.Indexer;

public sealed class ForgetTests(TestServer server)
{
    [Fact]
    public async Task A_forgotten_study_leaves_tombstones_alone_and_does_not_come_back()
    {
        await using var site = await Site.CreateAsync(server);
        site.Add("1", DicomFiles.Instance(1));
        site.Add("2", DicomFiles.Instance(2));                                   // another device
        site.Add("4", DicomFiles.Instance(4));                                   // the device of study 1
        await site.DoAsync("index", site.Files);
        var uid = DicomFiles.StudyUid(1);
        var other = DicomFiles.StudyUid(2);
        var id = await site.ValueAsync<string>($"select id from resource where study_key = 'urn:oid:{uid}'");

        var gone = (await site.DoAsync("forget", uid, "--json")).Json;
        Assert.Equal((1, 1, 1), (gone.GetProperty("resources").GetInt32(), gone.GetProperty("series").GetInt32(), gone.GetProperty("inputs").GetInt32()));
        Assert.IsType<ReadResult.Gone>(await new ResourceReader(site.Database).ReadAsync(ServedType.ImagingStudy, id, TestContext.Current.CancellationToken));
        Assert.Equal(2L, await site.ValueAsync<long>("select count(*) from resource where type = 2 and not deleted"));
        await NothingNamesAsync(site, uid, id);
        Assert.NotEqual(0L, await site.ValueAsync<long>("select bits_version from fold_state where type = 1"));       // bitmaps that programs keep are read again

        // its device goes with the last study that had it
        Assert.Equal(2, (await site.DoAsync("forget", other, "--json")).Json.GetProperty("resources").GetInt32());
        Assert.Equal(1L, await site.ValueAsync<long>("select count(*) from resource where type = 2 and not deleted"));

        // the files still lie there
        var again = (await site.DoAsync("index", site.Files, "--json")).Json;
        Assert.Equal((1, 2), (again.GetProperty("unchanged").GetInt32(), again.GetProperty("skipped").GetInt32()));
        Assert.Equal(2, again.GetProperty("reasons").GetProperty("policy").GetInt32());
        await NothingNamesAsync(site, uid, id);
        await site.EndsSoundAsync();

        await site.DoAsync("forget", uid, "--undo");
        Assert.Equal(1, (await site.DoAsync("index", site.Files, "--json")).Json.GetProperty("stored").GetInt32());
        Assert.Equal(3, await site.ValueAsync<int>($"select version from resource where id = '{id}' and not deleted"));
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task An_imported_study_is_forgotten_too()
    {
        await using var site = await Site.CreateAsync(server);
        var file = site.Add("import.ndjson",
            """
            {"resourceType":"ImagingStudy","id":"a","identifier":[{"system":"urn:dicom:uid","value":"urn:oid:1.2.3"}],"status":"available","subject":{"reference":"Patient/p"}}
            {"resourceType":"ImagingStudy","id":"b","identifier":[{"system":"urn:dicom:uid","value":"urn:oid:1.2.4"}],"status":"available","subject":{"reference":"Patient/p"}}
            """u8.ToArray());
        await site.DoAsync("import", file);
        await site.DoAsync("forget", "1.2.3");
        var again = (await site.DoAsync("import", file, "--json")).Json;
        Assert.Equal((1, 1), (again.GetProperty("unchanged").GetInt32(), again.GetProperty("skipped").GetInt32()));
        Assert.Equal("b", await site.ValueAsync<string>("select string_agg(id, ' ') from resource where not deleted"));
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task What_is_no_uid_is_a_wrong_call_and_an_unknown_study_is_kept_out()
    {
        await using var site = await Site.CreateAsync(server);
        Assert.Equal(2, (await site.RunAsync("forget", "CT;drop")).ExitCode);
        Assert.Equal(0, (await site.DoAsync("forget", DicomFiles.StudyUid(1), "--json")).Json.GetProperty("resources").GetInt32());
        site.Add("1", DicomFiles.Instance(1));
        Assert.Equal(1, (await site.DoAsync("index", site.Files, "--json")).Json.GetProperty("skipped").GetInt32());
    }

    // No column of any table holds the UID, nor the index anything of the resource but its number.
    static async Task NothingNamesAsync(Site site, string uid, string id)
    {
        foreach (var table in (await site.ValueAsync<string>(
            "select string_agg(schemaname || '.' || tablename, ' ') from pg_tables where schemaname in ('public', 'intake')")).Split(' '))
        {
            Assert.True(0 == await site.ValueAsync<long>($"select count(*) from {table} t where t::text ~ '{uid.Replace(".", "[.]", StringComparison.Ordinal)}(?![0-9])'"), table);
        }

        Assert.Equal(0L, await site.ValueAsync<long>(
            $"""
            select count(*) from search_row s join resource r using (resource_id) join ref_row v on v.no = s.no join term t on t.id = v.param and t.type = s.type
             where r.id = '{id}' or s.patient is null and s.type = 1
            """));
        Assert.Equal(1L, await site.ValueAsync<long>(
            $"""
            select count(*) from search_row s join resource r using (resource_id) join term t on t.type = s.type
              join bits b on b.term = t.id and b.block = s.no / 32000 and get_bit(b.b, (s.no % 32000)::int) = 1 where r.id = '{id}'
            """));      // the bit of "all numbers"
    }
}
