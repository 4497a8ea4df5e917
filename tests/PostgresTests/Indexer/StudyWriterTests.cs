using Dicom2Fhir.Conformance;
using System.Security.Cryptography;
using System.Text;
using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Conformance;
using Dicom2Fhir.Indexer.Pseudonyms;
using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dicom2Fhir.PostgresTests.Indexer;

/// <summary>Instances into resources, companions and kept series.</summary>
public sealed class StudyWriterTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    static readonly MappingOptions Options = new()
    {
        TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
        MakeId = recipe => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe)))[..32],
    };

    long run;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await new Ledger(database.Owner).PurgeAsync(Cancelled);
        run = await new Ledger(database.Owner).StartRunAsync("index", Cancelled);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_companion_that_no_longer_results_is_deleted_and_a_shared_one_stays()
    {
        await WriteAsync(Instance("1.1", "1.1.1", "Vida"), Instance("1.2", "1.2.1", "Vida"));
        Assert.Equal("VIDA", await ModelsAsync());

        await WriteAsync(Instance("1.1", "1.1.1", "Skyra"));
        Assert.Equal("SKYRA VIDA", await ModelsAsync());

        await WriteAsync(Instance("1.2", "1.2.1", "Skyra"));
        Assert.Equal("SKYRA", await ModelsAsync());
    }

    [Fact]
    public async Task A_withheld_study_takes_its_companions_with_it_and_brings_them_back()
    {
        await WriteAsync(Instance("1.1", "1.1.1", "Vida"));
        await WriteAsync(Instance("1.1", "1.1.2", "Vida", patient: "p2"));
        Assert.Equal("", await ModelsAsync());

        await WriteAsync(Instance("1.1", "1.1.2", "Vida"));
        Assert.Equal("VIDA", await ModelsAsync());
        Assert.Equal(1L, await database.ValueAsync<long>("select count(*) from resource where type = 1 and not deleted"));
    }

    [Fact]
    public async Task A_study_that_an_import_holds_leaves_no_companions()
    {
        await using (var batch = await WriteBatch.BeginAsync(database.Owner, new IndexExtractor(Options.TimeZone), ["x"], Cancelled))
        {
            await batch.WriteAsync([Store.Stock.Study("x", origin: Origin.Import, uid: "1.1")], Cancelled);
            await batch.CommitAsync(Cancelled);
        }

        await WriteAsync(Instance("1.1", "1.1.1", "Vida"));

        Assert.Equal("", await ModelsAsync());
        Assert.Equal(0L, await database.ValueAsync<long>("select count(*) from intake.companion"));
    }

    Task<Written> WriteAsync(params InstanceAttributes[] instances)
    {
        var writer = new StudyWriter(database.Owner, new IndexExtractor(Options.TimeZone), Options, new WriteGate(ConformanceEngine.Shipped, tagFailures: false), new InputRecords(new KeyedHash(new byte[32]), keepNames: true), NullLogger.Instance);
        return writer.WriteAsync(run, [.. instances.Select(Result)], Cancelled);
    }

    static HeaderResult Result(InstanceAttributes instance) =>
        new(new Input("/archive/" + instance.SopUid, FileKind.Regular, 1, null), instance, Outcomes.Stored, null, null);

    static InstanceAttributes Instance(string study, string sop, string model, string patient = "p1")
    {
        var values = new string?[TagMap.All.Count];
        values[TagMap.PatientId.Index] = patient;
        values[TagMap.Modality.Index] = "MR";
        values[TagMap.SopClassUid.Index] = "1.2.840.10008.5.1.4.1.1.4";
        values[TagMap.ManufacturerModelName.Index] = model;
        return new InstanceAttributes(study, study + ".1", sop, values);
    }

    Task<string> ModelsAsync() => database.ValueAsync<string>(
        """
        select coalesce(string_agg(document::json #>> '{deviceName,0,name}', ' ' order by document::json #>> '{deviceName,0,name}'), '')
          from resource where type = 2 and not deleted
        """);
}
