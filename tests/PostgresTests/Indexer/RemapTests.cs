using Dicom2Fhir.Store;
using Dicom2Fhir.UnitTests;

namespace Dicom2Fhir.PostgresTests.Indexer;

public sealed class RemapTests(TestServer server)
{
    static string Samples => Path.Combine(Repository.Root, "samples");

    [Fact]
    public async Task A_changed_setting_ends_in_what_a_fresh_index_writes()
    {
        await using var site = await Site.CreateAsync(server);
        await site.DoAsync("index", Samples);
        var before = await site.ContentAsync();

        site.Settings["Accession__System"] = "urn:example:accession";
        site.Settings["Instances"] = "counts";
        var remapped = (await site.DoAsync("remap", "--json")).Json;
        Assert.Equal(60, remapped.GetProperty("studies").GetInt32());
        Assert.Equal(60, remapped.GetProperty("resources").GetInt32());

        await using var fresh = await site.CopyAsync();
        fresh.Settings["Accession__System"] = "urn:example:accession";
        fresh.Settings["Instances"] = "counts";
        await fresh.DoAsync("index", Samples);
        var after = await site.ContentAsync();
        Assert.NotEqual(before, after);
        Assert.Equal(await fresh.ContentAsync(), after);
        Assert.Equal(await SeriesAsync(fresh), await SeriesAsync(site));
        Assert.Equal(0L, await site.ValueAsync<long>("select count(*) from pending"));
        Assert.Equal("2", await site.ValueAsync<string>("select string_agg(distinct version::text, ' ') from resource where type = 1"));
    }

    [Fact]
    public async Task An_unchanged_mapping_writes_nothing()
    {
        await using var site = await Site.CreateAsync(server);
        await site.DoAsync("index", Samples);
        var transaction = await site.ValueAsync<string>("select max(xmin::text::bigint)::text from intake.series");
        Assert.Equal(0, (await site.DoAsync("remap", "--json")).Json.GetProperty("resources").GetInt32());
        Assert.Equal(transaction, await site.ValueAsync<string>("select max(xmin::text::bigint)::text from intake.series"));
    }

    [Fact]
    public async Task What_was_cut_off_goes_on_where_it_was_and_another_mapping_starts_anew()
    {
        await using var site = await Site.CreateAsync(server);
        await site.DoAsync("index", Samples);
        var uids = (await site.ValueAsync<string>("select string_agg(distinct study_uid, ' ' order by study_uid) from intake.series")).Split(' ');
        await using (var progress = await RemapProgress.BeginAsync(site.Database, "goal", TestContext.Current.CancellationToken))
        {
            Assert.Equal(uids, await progress.NextAsync(TestContext.Current.CancellationToken));
            await progress.DoneAsync(uids[39], TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<StoreException>(() => RemapProgress.BeginAsync(site.Database, "goal", TestContext.Current.CancellationToken));
        }

        await using (var other = await RemapProgress.BeginAsync(site.Database, "another", TestContext.Current.CancellationToken))
        {
            Assert.False(other.IsResumed);
            Assert.Equal(60, await other.LeftAsync(TestContext.Current.CancellationToken));
        }

        await using (var resumed = await RemapProgress.BeginAsync(site.Database, "goal", TestContext.Current.CancellationToken))
        {
            Assert.True(resumed.IsResumed);
            Assert.Equal(uids[40..], await resumed.NextAsync(TestContext.Current.CancellationToken));
            await resumed.FinishAsync(TestContext.Current.CancellationToken);
        }

        await using var last = await RemapProgress.BeginAsync(site.Database, "goal", TestContext.Current.CancellationToken);
        Assert.False(last.IsResumed);
    }

    [Fact]
    public async Task Beside_a_running_index_nothing_is_lost()
    {
        await using var site = await Site.CreateAsync(server);
        for (var study = 0; study < 120; study++) site.Add($"{study:000}/1.dcm", DicomFiles.Instance(study));
        await site.DoAsync("index", site.Files);
        for (var study = 0; study < 120; study++) site.Add($"{study:000}/2.dcm", DicomFiles.Instance(study, instance: 2));
        site.Settings["Accession__System"] = "urn:example:accession";
        site.Settings["Meta__Source"] = "urn:example:source";
        var remaps = await Task.WhenAll(site.RunAsync("index", site.Files), site.RunAsync("remap"), site.RunAsync("remap"));
        Assert.Equal(0, remaps[0].ExitCode);
        Assert.All(remaps.Where(remap => remap.ExitCode != 0), remap => Assert.StartsWith("Another remap", remap.Errors, StringComparison.Ordinal));
        Assert.Contains(remaps[1..], remap => remap.ExitCode == 0);

        await using var fresh = await site.CopyAsync();
        foreach (var (name, value) in site.Settings.Where(pair => !pair.Key.StartsWith("Connection", StringComparison.Ordinal) && pair.Key != "Data__Folder")) fresh.Settings[name] = value;
        await fresh.DoAsync("index", site.Files);
        Assert.Equal(await fresh.ContentAsync(), await site.ContentAsync());
    }

    static Task<string> SeriesAsync(Site site) => site.ValueAsync<string>(
        """
        select string_agg(concat_ws('|', study_uid, series_uid, instances, encode(attributes, 'hex'), modality, body_site, laterality, (select array_agg(a.path order by a.path)
               from unnest(stated) n join intake.attribute a on a.id = n), unused_value, unused_count), E'\n' order by study_uid, series_uid) from intake.series
        """);
}
