using System.Globalization;
using Dicom2Fhir.PostgresTests.FhirFacade;
using Dicom2Fhir.PostgresTests.Indexer;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Faults;

/// <summary>Without synchronous replication a failover loses the last commits, and with them what programs remember of the database.</summary>
public sealed class LossyFailoverTests(ReplicaPair pair) : IClassFixture<ReplicaPair>
{
    const string Waits =
        """
        create function wait_for_test() returns trigger language plpgsql as $$
        begin
            if (select count(*) from intake.input) > 1500 then perform pg_advisory_xact_lock(990099); end if;
            return null;
        end $$;
        create trigger wait after insert on intake.input execute function wait_for_test()
        """;

    [Fact]
    public async Task What_was_lost_is_written_again_and_nothing_is_filed_under_lost_numbers()
    {
        await using var promoted = Site.Over(pair.Replica.OwnerConnectionString);
        await using var site = Site.Over(FailoverTests.Both(pair.Primary.OwnerConnectionString, pair.Replica.OwnerConnectionString));
        Add(site, 0, 60);
        await site.DoAsync("index", site.Files);
        await using var facade = FacadeProcess.Start([], new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = FailoverTests.Both(pair.Primary.ReaderConnectionString, pair.Replica.ReaderConnectionString),
        });
        await facade.ReadyAsync();
        await pair.DetachAsync();

        // the second batch of the second run waits until the primary dies
        await site.ExecuteAsync(Waits);
        await using var held = await site.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await new NpgsqlCommand("select pg_advisory_lock(990099)", held).ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        Add(site, 60, 1_500);
        using var indexer = site.Start("index", site.Files, "--json");
        await Faults.UntilAsync(async () => await SearchableAsync() > 60 || indexer.HasExited, "a fold of the second run");
        Assert.True(await UltrasoundsAsync() > 0);                          // the facade remembers a term that is lost
        await pair.FailOverAsync();
        var interrupted = await indexer.EndAsync();
        Assert.True(interrupted.ExitCode == 0, interrupted.Errors);
        Assert.InRange(await promoted.ValueAsync<long>("select count(*) from resource where type = 1"), 61, 1_559);        // what was lost is not there

        await site.DoAsync("index", site.Files);
        Assert.Equal(1_560L, await promoted.ValueAsync<long>("select count(*) from resource where type = 1 and version = 1"));
        Assert.Equal(1_500, await UltrasoundsAsync());
        await promoted.EndsSoundAsync();

        async Task<int> SearchableAsync() => int.Parse((await FailoverTests.RowsAsync(pair.Primary.OwnerConnectionString, "select count(*)::text from search_row where type = 1"))[0], null);

        async Task<int?> UltrasoundsAsync() => (await facade.Client.SearchAsync("/fhir/ImagingStudy?_summary=count&modality=http://dicom.nema.org/resources/ontology/DCM|US")).Total;
    }

    static void Add(Site site, int from, int count)
    {
        // a day of its own and, from the second run on, another modality: terms
        for (var study = from; study < from + count; study++)
        {
            var day = new DateOnly(1990, 1, 1).AddDays(study).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
            site.Add(string.Create(CultureInfo.InvariantCulture, $"{study:0000}"), DicomFiles.Instance(study, values: [(0x00080020, "DA", day), (0x00080060, "CS", from == 0 ? "CT" : "US")]));
        }
    }
}
