using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Dicom2Fhir.PostgresTests.Indexer;

namespace Dicom2Fhir.PostgresTests.Identity;

/// <summary>
/// The ledger tells inputs and quarantined contents apart by hashes that nobody without the key can test: a path with a name in it, or a short header,
/// could be guessed whole.
/// </summary>
public sealed class LedgerHashTests(TestServer server) : IAsyncLifetime
{
    const string WithoutPatient = "select encode(hash, 'hex') from intake.input where reason = 'no-patient-id'";

    Site site = null!;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => site = await Site.CreateAsync(server);

    public async ValueTask DisposeAsync() => await site.DisposeAsync();

    [Theory]
    [InlineData("keep")]
    [InlineData("hash")]
    public async Task Names_and_contents_cannot_be_guessed(string names)
    {
        site.Settings["Ledger__Names"] = names;
        var contents = Offer();
        await IndexAndImportAsync();

        var stored = (await EveryColumn.ReadAsync(site.Database, Cancelled)).Where(value => value.Place.StartsWith("intake.", StringComparison.Ordinal)).ToList();
        var guesses = contents.Keys.SelectMany(name => new[] { name, name + "!m.dcm", name + "!deflated.dcm", name + ":1", name + "#1" }).Select(Encoding.UTF8.GetBytes)
            .Concat(contents.Values).Concat(contents.Values.Where(content => content.Length > 1024).Select(content => content[..1024]))
            .Select(SHA256.HashData);
        Assert.All(guesses, guess => Assert.DoesNotContain(stored, value => value.Value.AsSpan().IndexOf(guess) >= 0));
        Assert.Equal(names == "hash", await site.ValueAsync<bool>("select bool_and(name is null) from intake.input"));
    }

    [Fact]
    public async Task Every_quarantined_content_has_a_hash_that_only_the_key_makes()
    {
        Offer();
        await IndexAndImportAsync();
        Assert.Equal("", await site.ValueAsync<string>("select coalesce(string_agg(name || ' ' || reason, ', '), '') from intake.input where outcome = 'quarantined' and reason <> 'empty' and (hash is null or length(hash) <> 32)"));
        Assert.Equal("bad-uid,empty,no-patient-id,not-fhir,not-json,policy,pseudonym,truncated", await site.ValueAsync<string>("select string_agg(distinct reason, ',' order by reason) from intake.input where outcome = 'quarantined'"));
        var before = await site.ValueAsync<string>(WithoutPatient);
        await site.DoAsync("index", site.Files);
        Assert.Equal(before, await site.ValueAsync<string>(WithoutPatient));

        // the same content under another name is the same content; another content is not
        site.Add("again.dcm", DicomFiles.Instance(3, values: (0x00100020, "LO", null)));
        site.Add("other.dcm", DicomFiles.Instance(4, values: (0x00100020, "LO", null)));
        await site.DoAsync("index", site.Files);
        Assert.Equal(2L, await site.ValueAsync<long>($"select count(*) from intake.input where encode(hash, 'hex') = '{before}'"));

        await using var elsewhere = await Site.CreateAsync(server);       // a key of its own
        await IndexAndImportAsync(elsewhere);
        Assert.Empty((await HashesAsync(site)).Intersect(await HashesAsync(elsewhere)));
    }

    [Fact]
    public async Task Index_and_import_of_one_database_use_one_key()
    {
        await site.DoAsync("import", site.Add("a.ndjson", """{"resourceType":"Device","id":"a"}"""u8.ToArray()));
        await File.WriteAllBytesAsync(Path.Combine(site.Settings["Data__Folder"], "pseudonym.key"), new byte[32], Cancelled);
        foreach (var verb in new[] { "import", "index" })
            Assert.Contains("the database was indexed with key", (await site.RunAsync(verb, site.Files + "/a.ndjson")).Errors, StringComparison.Ordinal);
    }

    /// <summary>One input of each way into quarantine, as a file and in archives.</summary>
    /// <returns>Their contents by name.</returns>
    Dictionary<string, byte[]> Offer()
    {
        var whole = DicomFiles.Instance(1);
        var contents = new Dictionary<string, byte[]>
        {
            ["whole.dcm"] = whole,
            ["cut.dcm"] = whole[..^20],
            ["cut-early.dcm"] = whole[..140],
            ["patientless.dcm"] = DicomFiles.Instance(3, values: (0x00100020, "LO", null)),
            ["foreign.dcm"] = DicomFiles.Instance(5, values: (0x00100021, "LO", "OTHER")),
            ["uid.dcm"] = DicomFiles.Instance(6, values: (0x0020000D, "UI", "x.y")),
            ["empty.dcm"] = [],
            ["broken.json"] = """[{"00100010":{"vr":"PN","Value":[{"Alphabetic":"Q"}]},"""u8.ToArray(),
            ["archive.zip"] = Zip(whole[..300]),
            ["resources.ndjson"] = "{\"resourceType\":\"Patient\",\"id\":\"a\",\"name\":[{\"text\":\"Q\"}]}\n{\"resourceType\":\"Device\",\n{\"resourceType\":\"Q\"}\n"u8.ToArray(),
        };
        foreach (var (name, content) in contents) site.Add(name, content);
        return contents.ToDictionary(pair => Path.Combine(site.Files, pair.Key), pair => pair.Value);
    }

    async Task IndexAndImportAsync(Site? other = null)
    {
        var into = other ?? site;
        into.Settings["Pseudonyms__Strategy"] = "sha256";
        into.Settings["Pseudonyms__System"] = "urn:x";
        await into.DoAsync("index", site.Files);
        await into.DoAsync("import", Path.Combine(site.Files, "resources.ndjson"));
    }

    static async Task<string[]> HashesAsync(Site site) => (await site.ValueAsync<string>(
        "select string_agg(encode(name_hash, 'hex'), ',') || ',' || string_agg(encode(hash, 'hex'), ',') from intake.input where outcome = 'quarantined'")).Split(',');

    static byte[] Zip(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            foreach (var (name, level) in new[] { ("m.dcm", CompressionLevel.NoCompression), ("deflated.dcm", CompressionLevel.SmallestSize) })
            {
                using var member = archive.CreateEntry(name, level).Open();
                member.Write(content);
            }
        }

        return stream.ToArray();
    }
}
