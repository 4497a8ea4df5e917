using System.Globalization;
using Dicom2Fhir.PostgresTests.Indexer;

namespace Dicom2Fhir.PostgresTests.Faults;

/// <summary>The same things again, at once, and a clock that goes back.</summary>
public sealed class DeliveryTests(TestServer server)
{
    [Fact]
    public async Task The_same_file_a_thousand_times_is_one_instance_and_one_version()
    {
        await using var site = await Site.CreateAsync(server);
        var content = DicomFiles.Instance(1);
        for (var i = 0; i < 1_000; i++) site.Add(string.Create(CultureInfo.InvariantCulture, $"{i:0000}"), content);
        var run = (await site.DoAsync("index", site.Files, "--json")).Json;
        Assert.Equal((1, 999, 2), (run.GetProperty("stored").GetInt32(), run.GetProperty("unchanged").GetInt32(), run.GetProperty("resources").GetInt32()));
        await site.DoAsync("index", "--rehash", site.Files);
        Assert.Equal("1 1", await site.ValueAsync<string>("select (document::json ->> 'numberOfInstances') || ' ' || version from resource where type = 1"));
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task One_study_from_eight_processes_loses_nothing()
    {
        await using var site = await Site.CreateAsync(server);
        for (var part = 0; part < 8; part++)
            for (var instance = 0; instance < 5; instance++) site.Add($"{part}/{instance}", DicomFiles.Instance(1, (part * 5) + instance, part % 3));
        var runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(part => site.RunAsync("index", Path.Combine(site.Files, part.ToString(CultureInfo.InvariantCulture)))));
        Assert.All(runs, run => Assert.True(run.ExitCode == 0, run.Errors));
        Assert.Equal("40", await site.ValueAsync<string>("select document::json ->> 'numberOfInstances' from resource where type = 1"));
        await site.EqualsUndisturbedAsync();
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task Two_indexers_over_the_same_files_end_as_one()
    {
        await using var site = await Site.CreateAsync(server);
        site.AddStudies(0, 150);
        var runs = await Task.WhenAll(site.RunAsync("index", site.Files), site.RunAsync("index", site.Files));
        Assert.All(runs, run => Assert.Equal(0, run.ExitCode));
        Assert.Equal(150L, await site.ValueAsync<long>("select count(*) from resource where type = 1 and version = 1"));
        await site.EqualsUndisturbedAsync();
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task Instances_in_any_order_and_portions_end_in_the_same_content()
    {
        await using var site = await Site.CreateAsync(server);
        var random = new Random(20260301);
        var inputs = Enumerable.Range(0, 5).SelectMany(study => Enumerable.Range(0, 12), (study, number) => (study, number)).ToArray();
        random.Shuffle(inputs);
        foreach (var (portion, number) in inputs.Chunk(15).Select((portion, number) => (portion, number)))        // the last instances come late
        {
            foreach (var (study, instance) in portion)
                site.Add($"{number}/{random.Next()}", DicomFiles.Instance(study, instance, instance % 4, (0x00080060, "CS", instance % 4 == 3 ? "MR" : "CT"), (0x00180015, "CS", instance % 4 == 2 ? null : "CHEST")));
            await site.DoAsync("index", Path.Combine(site.Files, number.ToString(CultureInfo.InvariantCulture)));
        }

        Assert.Equal("12 12 12 12 12", await site.ValueAsync<string>("select string_agg(document::json ->> 'numberOfInstances', ' ') from resource where type = 1"));
        Assert.True(await site.ValueAsync<bool>("select bool_and(version > 1) from resource where type = 1"));
        await site.EqualsUndisturbedAsync();
        await site.EndsSoundAsync();
    }

    [Fact]
    public async Task A_corrected_patient_moves_the_study_and_in_between_it_is_nobodys()
    {
        await using var site = await Site.CreateAsync(server);
        for (var instance = 1; instance <= 3; instance++) site.Add($"{instance}", DicomFiles.Instance(1, instance));
        await site.DoAsync("index", site.Files);
        var wrong = await SubjectAsync(site);

        for (var instance = 1; instance <= 2; instance++) site.Add($"{instance}", DicomFiles.Instance(1, instance, 1, (0x00100020, "LO", "RIGHT PATIENT")));
        await site.DoAsync("index", site.Files);
        Assert.Equal("", await SubjectAsync(site));
        Assert.Equal("patient-conflict", await site.ValueAsync<string>("select string_agg(distinct reason, ' ') from intake.input"));

        site.Add("3", DicomFiles.Instance(1, 3, 1, (0x00100020, "LO", "RIGHT PATIENT")));
        await site.DoAsync("index", site.Files);
        Assert.NotEqual(wrong, await SubjectAsync(site));
        Assert.Equal(0L, await site.ValueAsync<long>($"select count(*) from search_row where gone_at is null and patient like '%' || split_part('{wrong}', '/', 2)"));
        await site.EqualsUndisturbedAsync();
        await site.EndsSoundAsync();
    }

    static Task<string> SubjectAsync(Site site) => site.ValueAsync<string>("select coalesce(max(document::json #>> '{subject,reference}'), '') from resource where type = 1 and not deleted");

    [Fact]
    public async Task A_clock_that_stepped_back_lowers_no_time_and_no_version()
    {
        await using var site = await Site.CreateAsync(server);
        site.Add("1", DicomFiles.Instance(1));
        await site.DoAsync("index", site.Files);

        // as written while the clock was an hour ahead
        await site.ExecuteAsync(
            """
            with ahead as (select resource_id, date_trunc('milliseconds', last_updated + interval '1 hour') as t from resource)
            update resource r set last_updated = a.t,
                   document = regexp_replace(document, '"lastUpdated":"[^"]*"', '"lastUpdated":"' || to_char(a.t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"')
              from ahead a where a.resource_id = r.resource_id
            """);
        var ahead = await site.ValueAsync<DateTime>("select last_updated from resource where type = 1");
        site.Add("1", DicomFiles.Instance(1, 1, 1, (0x00081030, "LO", "Abdomen")));
        await site.DoAsync("index", site.Files);
        Assert.Equal(2, await site.ValueAsync<int>("select version from resource where type = 1"));
        Assert.Equal(ahead, await site.ValueAsync<DateTime>("select last_updated from resource where type = 1"));
        await site.DoAsync("forget", DicomFiles.StudyUid(1));
        Assert.Equal(ahead, await site.ValueAsync<DateTime>("select last_updated from resource where type = 1"));
        await site.EndsSoundAsync();
    }
}
