using System.Text.Json;
using Dicom2Fhir.Store.Verification;

namespace Dicom2Fhir.PostgresTests.Indexer;

/// <summary>verify finds every way in which the database can be wrong: each row breaks it once.</summary>
public sealed class VerifyTests(VerifiedSite site) : IClassFixture<VerifiedSite>
{
    const string OneStudy = "(select resource_id from resource where type = 1 and not deleted order by id limit 1)";
    const string OneNumber = $"(select no from search_row where resource_id = {OneStudy} and gone_at is null)";

    /// <summary>What is broken, the check that says so, and words of its sentence.</summary>
    public static TheoryData<string, string, string> Breaks => new()
    {
        // bits
        { Bit("t.param = 'modality' and t.kind = 't'", 0), Checks.Index, "the bit of modality (t) is missing" },
        { Bit("t.param = 'modality' and t.kind = 't' and get_bit(b.b, N) = 0", 1), Checks.Index, "the bit of modality (t) is set" },
        { Bit("t.param = '' and t.kind = 'l'", 0), Checks.Index, "the bit of live is missing" },
        { Bit("t.param = '' and t.kind = 'a'", 0), Checks.Index, "the bit of all is missing" },
        { "update bits b set b = set_bit(b.b, 31999, 1) from term t where t.id = b.term and t.type = 1 and t.param = 'status'", Checks.Index, "never given" },
        { "update bits b set b = set_bit(b.b, 0, 1) from term t where t.id = b.term and t.type = 1 and t.param = '' and t.kind = 'l'", Checks.Index, "the bit of live is set" },
        { "delete from bits b using term t where t.id = b.term and t.type = 1 and t.param = 'series-bodysite' and t.kind = 't'", Checks.Index, "the bit of series-bodysite (t) is missing" },
        { "insert into bits (term, block, b) select term, 7, b from bits limit 1", Checks.Index, "a block above the watermark" },
        { "insert into bits (term, block, b) select 999999, 0, b from bits limit 1", Checks.Index, "bits of a term that is not there" },
        // typed rows
        { $"delete from ref_row where no = {OneNumber} and target like 'Patient/%'", Checks.Index, "a row of ref_row for patient is missing" },
        { $"update ref_row set target = 'Patient/other' where no = {OneNumber} and target like 'Patient/%'", Checks.Index, "a row of ref_row for patient does not follow" },
        { $"insert into ref_row select * from ref_row where no = {OneNumber} and target like 'Patient/%' limit 1", Checks.Index, "a row of ref_row for patient is there twice" },
        { "insert into ref_row select param, target, 5555 from ref_row limit 1", Checks.Index, "a row of a number or parameter that is not there" },
        { $"delete from ident_row where no = {OneNumber}", Checks.Index, "a row of ident_row for identifier is missing" },
        { $"update date_row set low = low - interval '1 day' where no = {OneNumber}", Checks.Index, "a row of date_row for" },
        { "delete from num_row", Checks.Index, "a row of num_row for" },
        { "update num_row set high = high + 1", Checks.Index, "a row of num_row for" },
        { "delete from str_row", Checks.Index, "a row of str_row for" },
        { "update str_row set folded = folded || 'x'", Checks.Index, "a row of str_row for" },
        // search rows
        { $"update search_row set patient = 'x' where resource_id = {OneStudy}", Checks.Index, "another patient" },
        { $"update search_row set started = '1999-01-01' where resource_id = {OneStudy}", Checks.Index, "another start" },
        { $"delete from search_row where resource_id = {OneStudy}", Checks.Index, "neither searchable nor waiting" },
        { $"update search_row set gone_at = 1, gone_time = now() where resource_id = {OneStudy}", Checks.Index, "neither searchable nor waiting" },
        { $"update search_row set gone_at = 99999, gone_time = now() where resource_id = {OneStudy}", Checks.Fold, "gone at 99999" },
        { $"update search_row set gone_time = now() where resource_id = {OneStudy}", Checks.Fold, "gone_at without gone_time" },
        { "insert into search_row (type, no, resource_id) select 1, (select upto from fold_state where type = 1) + 1, 987654321", Checks.Index, "its resource is not there" },
        { $"insert into search_row (type, no, resource_id) select 1, (select upto from fold_state where type = 1) + 1, {OneStudy}", Checks.Index, "2 current search rows" },
        // watermark and pending
        { "update fold_state set upto = upto + 1 where type = 1", Checks.Fold, "numbers above the floor" },
        { "update fold_state set upto = upto - 1 where type = 1", Checks.Fold, "the watermark is" },
        { "delete from fold_state where type = 2", Checks.Fold, "its type has no watermark" },
        { Pending(OneStudy, "false", "'{}'"), Checks.Fold, "does not follow from the document" },
        { Pending(OneStudy, "true", "'{}'"), Checks.Fold, "says otherwise" },
        { Pending("987654321", "false", "'{}'"), Checks.Fold, "its resource is not there" },
        // documents
        { $"update resource set document = replace(document, '\"available\"', '\"cancelled\"') where resource_id = {OneStudy}", Checks.Content, "does not have its content hash" },
        { $"update resource set content_hash = sha256('x') where resource_id = {OneStudy}", Checks.Content, "does not have its content hash" },
        { $"update resource set version = version + 1 where resource_id = {OneStudy}", Checks.Content, "another version or time" },
        { $"update resource set last_updated = last_updated + interval '1 s' where resource_id = {OneStudy}", Checks.Content, "another version or time" },
        { $"update resource set document = 'x' where resource_id = {OneStudy}", Checks.Content, "is no resource" },
        { $"update resource set study_key = 'urn:oid:1.2' where resource_id = {OneStudy}", Checks.Content, "study key" },
        { $"update resource set id = 'other' where resource_id = {OneStudy}", Checks.Content, "another type or id" },
        { $"update resource set document = null where resource_id = {OneStudy}", Checks.Content, "stored without a document" },
        { $"update resource set deleted = true where resource_id = {OneStudy}", Checks.Content, "its document is there" },
        { "insert into resource (type, id, version, last_updated, origin, content_hash) values (1, 'reserved', 0, now(), 1, '')", Checks.Content, "never written" },
        { "update resource set content_hash = sha256('x') where origin = 2", Checks.Content, "does not have its content hash" },
        { $"update resource set outline = replace(outline, 'Patient', 'Person') where resource_id = {OneStudy}", Checks.Content, "the outline is not that" },
        { $"update resource set outline = null where resource_id = {OneStudy}", Checks.Content, "the outline is not that" },
        { $"update resource set form = null where resource_id = {OneStudy}", Checks.Content, "the outline is not that" },
        { "delete from outline_form", Checks.Content, "the outline is not that" },
        { $"update resource set deleted = true, document = null, content_hash = '' where resource_id = {OneStudy}", Checks.Content, "its outline is there" },
        // mapping
        { $"update resource set origin = 1 where origin = 2 and type = 1", Checks.Mapping, "of which no series is kept" },
        { "delete from intake.series where study_uid = (select min(study_uid) from intake.series)", Checks.Mapping, "of which no series is kept" },
        { "update resource set deleted = true, document = null, content_hash = '' where type = 2 and id = (select min(id) from resource where type = 2)", Checks.Mapping, "and it is not stored" },
        { "update resource set deleted = true, document = null, content_hash = '' where type = 2 and id = (select min(id) from resource where type = 2)", Checks.Reference, "which is not stored" },
        { "update intake.series set attributes = (select attributes from intake.series order by series_uid desc limit 1) where series_uid = (select min(series_uid) from intake.series)", Checks.Counts, "of another" },
        { "update intake.series set attributes = '\\x00' where series_uid = (select min(series_uid) from intake.series)", Checks.Counts, "cannot be read" },
        { "update intake.series set instances = instances + 1 where series_uid = (select min(series_uid) from intake.series)", Checks.Counts, "instances and has" },
        { "delete from intake.series where (study_uid, series_uid) = (select study_uid, min(series_uid) from intake.series group by 1 having count(*) > 1 limit 1)", Checks.Mapping, "is not what study" },
        // derived
        { "insert into intake.finding select study_uid, 'unmapped', 1, 'x', 'y' from intake.series limit 1", Checks.Derived, "findings" },
        { "delete from intake.companion where id = (select min(id) from intake.companion)", Checks.Derived, "companions" },
        { "delete from intake.companion where id = (select min(id) from intake.companion)", Checks.Mapping, "that no study of the index made" },
        { "insert into intake.companion select '1.2.3', 2, 'x'", Checks.Derived, "of which no series is kept" },
        { "update intake.series set modality = 'XX' where series_uid = (select min(series_uid) from intake.series)", Checks.Derived, "figures" },
        { "update intake.series set unused_count = '{77}' where series_uid = (select min(series_uid) from intake.series)", Checks.Derived, "figures" },
        // conformance
        { $"update resource set conformance = 3 - greatest(conformance, 1) where resource_id = {OneStudy}", Checks.Conformance, "judged" },
        // ledger
        { "update intake.input set sop_uid = '1.2.3' where name_hash = (select name_hash from intake.input where outcome in ('stored', 'updated', 'unchanged') and sop_uid is not null order by name_hash limit 1)", Checks.Ledger, "which is not kept" },
        { "update intake.input set study_uid = '1.2.3' where name_hash = (select name_hash from intake.input where outcome in ('stored', 'updated', 'unchanged') and sop_uid is not null order by name_hash limit 1)", Checks.Ledger, "nothing of the study is kept" },
    };

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task It_finds(string breaking, string check, string words)
    {
        await using var broken = await site.CopyAsync();
        await broken.ExecuteAsync(breaking);
        var (code, lines) = await broken.VerifyAsync();

        Assert.Equal(1, code);
        Assert.Contains(lines, line => line.TryGetProperty("check", out var name) && name.GetString() == check
            && line.GetProperty("text").GetString()!.Contains(words, StringComparison.Ordinal));
        Assert.Equal(lines.Count - 1, lines[^1].GetProperty("violations").GetInt64());
    }

    [Fact]
    public async Task A_sound_database_has_no_violations()
    {
        var result = await site.Sound.RunAsync("verify", "--json");
        Assert.Contains("1 references of imports from ImagingStudy to Patient point to nothing that is stored here.", result.Errors, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(0, Assert.Single(result.Lines.Select(line => JsonDocument.Parse(line).RootElement)).GetProperty("violations").GetInt64());
        Assert.True(result.Json.GetProperty("checked").GetInt64() > 40);
        Assert.Contains("checked, 0 violations", (await site.Sound.DoAsync("verify")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_was_cut_off_goes_on_and_repeats_what_it_found()
    {
        await using var broken = await site.CopyAsync();
        await broken.ExecuteAsync($"update resource set content_hash = sha256('x') where resource_id = {OneStudy}");
        var whole = await broken.RunAsync("verify", "--json");
        await broken.ExecuteAsync("update intake.verification set finished = null, step = 'resource 0', checked = checked - 10; delete from intake.violation where check_name = 'content'");

        var resumed = await broken.RunAsync("verify", "--json", "--resume");
        Assert.StartsWith("Goes on behind resource 0.", resumed.Errors, StringComparison.Ordinal);
        Assert.Equal(whole.Lines[..^1].Order(), resumed.Lines[..^1].Order());
        Assert.Equal(1, resumed.ExitCode);

        // finished: the next starts anew
        Assert.DoesNotContain("Goes on", (await broken.RunAsync("verify", "--json", "--resume")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_table_of_typed_rows_is_held_against_the_documents() => Assert.Equal(
        await site.Sound.ValueAsync<string>(
            """
            select string_agg(p.table_name, ' ' order by p.table_name) from information_schema.columns p join information_schema.columns n using (table_schema, table_name)
             where table_schema = 'public' and p.column_name = 'param' and n.column_name = 'no'
            """),
        string.Join(' ', TypedRows.All.Select(rows => rows.Table).Order(StringComparer.Ordinal)));

    static string Bit(string where, int value) =>
        $"""
        update bits b set b = set_bit(b.b, N, {value}) from term t
         where t.id = b.term and t.type = 1 and b.block = 0 and {where} and (b.term) = (select min(b.term) from bits b join term t on t.id = b.term
               where t.type = 1 and b.block = 0 and {where} {(where.Contains("get_bit", StringComparison.Ordinal) ? "" : "and get_bit(b.b, N) = 1")})
        """.Replace("N", $"{OneNumber}::int", StringComparison.Ordinal);

    static string Pending(string resource, string deleted, string terms) =>
        $"""
        insert into pending (type, resource_id, deleted, terms, ref_param, ref_target, ident_param, ident_hash, date_param, date_low, date_high)
        select 1, {resource}, {deleted}, {terms}, '{"{}"}', '{"{}"}', '{"{}"}', '{"{}"}', '{"{}"}', '{"{}"}', '{"{}"}'
        """;
}

/// <summary>A site with indexed samples, corrections, a deletion and imports, to be copied and broken.</summary>
public sealed class VerifiedSite(TestServer server) : IAsyncLifetime
{
    Site? sound;

    internal Site Sound => sound!;

    public async ValueTask InitializeAsync()
    {
        sound = await Site.CreateAsync(server);
        for (var study = 0; study < 12; study++)
        {
            sound.Add($"{study}-1", DicomFiles.Instance(study, 1, 1, (0x00180015, "CS", study % 4 == 0 ? "ZZTOP" : "CHEST"), (0x00080060, "CS", study % 5 == 1 ? "MR" : "CT"), (0x00181020, "LO", "VA10")));
            sound.Add($"{study}-2", DicomFiles.Instance(study, 2, 2, (0x00080060, "CS", study % 5 == 1 ? "MR" : "CT")));
        }

        await sound.DoAsync("index", sound.Files);
        sound.Add("3-2", DicomFiles.Instance(3, 2, 2, (0x00081030, "LO", "Abdomen")));        // a correction
        sound.Add("4-3", DicomFiles.Instance(4, 3, 2, (0x00100020, "LO", "OTHER")));          // withheld
        await sound.DoAsync("index", sound.Files);
        await sound.DoAsync("import", sound.Add("import.ndjson",
            """
            {"resourceType":"ImagingStudy","id":"imported","identifier":[{"system":"urn:dicom:uid","value":"urn:oid:1.2.3.4"}],"status":"available","subject":{"reference":"Patient/p"},"started":"2024"}
            {"resourceType":"Device","id":"imported","manufacturer":"ACME"}
            """u8.ToArray()));
    }

    /// <summary>The same database again, to be broken.</summary>
    internal Task<Site> CopyAsync() => Sound.CloneAsync();

    public async ValueTask DisposeAsync() => await Sound.DisposeAsync();
}
