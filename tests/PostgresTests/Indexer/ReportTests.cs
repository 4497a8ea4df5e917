using System.Text.Json;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.PostgresTests.Indexer;

public sealed class ReportTests(TestServer server)
{
    const uint BodyPart = 0x00180015;
    const uint Software = 0x00181020;
    const uint PatientName = 0x00100010;

    [Fact]
    public async Task Attributes_are_counted_by_modality_with_the_values_that_were_not_mapped()
    {
        await using var site = await Site.CreateAsync(server);
        site.Add("1", DicomFiles.Instance(1, 1, 1, (BodyPart, "CS", "ZZ TOP"), (Software, "LO", "VA10"), (PatientName, "PN", "Geheim^Gustav")));
        site.Add("2", DicomFiles.Instance(1, 2, 1, (BodyPart, "CS", "zz top"), (Software, "LO", "VA10")));
        site.Add("3", DicomFiles.Instance(1, 3, 1, (BodyPart, "CS", "CHEST")));
        site.Add("4", DicomFiles.Instance(1, 4, 2, (BodyPart, "CS", "")));
        site.Add("5", DicomFiles.Instance(2, 1, 1, (BodyPart, "CS", null), (0x00080060, "CS", "MR")));
        site.Add("6", DicomFiles.Instance(3, 1, 1, (BodyPart, "CS", "KOPF^GUSTAV"), (Software, "LO", "VB20")));
        await site.DoAsync("index", site.Files);

        var report = (await site.DoAsync("report", "--json")).Json;
        var bodyPart = Row(report, "BodyPartExamined", "CT");
        Assert.Equal("(0018,0015)", bodyPart.GetProperty("tag").GetString());
        Assert.Equal("4 1 0 1 3", Counts(bodyPart));
        Assert.Equal("ZZ TOP 1, KOPF^GUSTAV 1, zz top 1".Split(", ").Order(), Values(bodyPart).Order());
        Assert.Equal("0 0 1 0 0", Counts(Row(report, "BodyPartExamined", "MR")));

        // kept for the report: no element takes it
        Assert.Equal("3 0 2 0 3", Counts(Row(report, "SoftwareVersions", "CT")));
        Assert.Equal(["VA10 2", "VB20 1"], Values(Row(report, "SoftwareVersions", "CT")));

        Assert.Equal("5 0 0 5 0", Counts(Row(report, "PatientID", "CT")));
        Assert.DoesNotContain("Geheim", report.GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(report.GetProperty("attributes").EnumerateArray(), row => row.GetProperty("keyword").GetString() == "PatientName");

        var distributions = report.GetProperty("distributions");
        Assert.Equal("""{"CT":3,"MR":1}""", distributions.GetProperty("modality").GetRawText());
        Assert.Equal("""{"1":2,"2":1}""", distributions.GetProperty("series").GetRawText());
        Assert.Equal("""{"1":2,"4":1}""", distributions.GetProperty("instances").GetRawText());
        Assert.Equal(4, distributions.GetProperty("bodySite").EnumerateObject().Sum(value => value.Value.GetInt64()));
        Assert.Equal("""{"absent":4}""", distributions.GetProperty("laterality").GetRawText());

        var text = await site.DoAsync("report");
        Assert.Contains("BodyPartExamined (0018,0015)", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_counted_row_of_the_tag_table_is_there_and_adds_up()
    {
        await using var site = await Site.CreateAsync(server);
        Assert.Empty((await site.DoAsync("report", "--json")).Json.GetProperty("attributes").EnumerateArray());

        await site.DoAsync("index", Path.Combine(UnitTests.Repository.Root, "samples"));
        var report = (await site.DoAsync("report", "--json")).Json;
        var instances = await site.ValueAsync<long>("select sum(instances)::bigint from intake.series");
        foreach (var row in TagMap.All.Where(row => row.Privacy is not (Privacy.ScrubberOnly or Privacy.PatientIdIssuer or Privacy.Drop)))
        {
            var rows = report.GetProperty("attributes").EnumerateArray().Where(one => one.GetProperty("keyword").GetString() == row.Keyword).ToList();
            Assert.Equal(9, rows.Count);
            Assert.Equal(instances, rows.Sum(one => Number(one, "present") + Number(one, "empty") + Number(one, "absent")));
            Assert.All(rows, one => Assert.Equal(Number(one, "present"), Number(one, "mapped") + Number(one, "unmapped")));
            Assert.All(rows, one => Assert.True(Number(one, "mapped") >= 0));
        }
    }

    [Fact]
    public async Task A_withheld_study_is_not_counted_until_it_is_released()
    {
        await using var site = await Site.CreateAsync(server);
        site.Add("1", DicomFiles.Instance(1));
        await site.DoAsync("index", site.Files);
        site.Add("2", DicomFiles.Instance(1, 2, 1, (0x00100020, "LO", "OTHER")));
        await site.DoAsync("index", site.Files);
        Assert.Empty((await site.DoAsync("report", "--json")).Json.GetProperty("attributes").EnumerateArray());

        site.Add("2", DicomFiles.Instance(1, 2));
        await site.DoAsync("index", site.Files);
        Assert.Equal("2 0 0 2 0", Counts(Row((await site.DoAsync("report", "--json")).Json, "Modality", "CT")));
    }

    static JsonElement Row(JsonElement report, string keyword, string modality) => report.GetProperty("attributes").EnumerateArray()
        .Single(row => row.GetProperty("keyword").GetString() == keyword && row.GetProperty("modality").GetString() == modality);

    static string Counts(JsonElement row) =>
        string.Join(' ', ((string[])["present", "empty", "absent", "mapped", "unmapped"]).Select(name => Number(row, name)));

    static long Number(JsonElement row, string name) => row.GetProperty(name).GetInt64();

    static IEnumerable<string> Values(JsonElement row) =>
        row.GetProperty("values").EnumerateArray().Select(value => $"{value.GetProperty("value").GetString()} {value.GetProperty("count").GetInt64()}");
}
