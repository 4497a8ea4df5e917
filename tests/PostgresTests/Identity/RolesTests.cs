using System.Net;
using Dicom2Fhir.PostgresTests.FhirFacade;
using Dicom2Fhir.PostgresTests.Indexer;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Identity;

/// <summary>Owner, writer and reader on a server of the site: each does its work with its own rights, and not another's.</summary>
public sealed class RolesTests(TestServer server) : IAsyncLifetime
{
    readonly string login = $"d2f_writer_{Environment.ProcessId}";
    Site site = null!;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        site = await Site.CreateAsync(server);
        await site.ExecuteAsync($"drop role if exists {login}; create role {login} login in role dicom2fhir_writer");
    }

    public async ValueTask DisposeAsync()
    {
        await site.ExecuteAsync($"drop role {login}");
        await site.DisposeAsync();
    }

    [Fact]
    public async Task The_writer_indexes_and_the_reader_answers()
    {
        site.Settings["ConnectionStrings__Postgres"] = AsWriter();
        for (var study = 1; study <= 3; study++) site.Add($"{study}.dcm", DicomFiles.Instance(study));
        await site.DoAsync("index", site.Files);
        site.Add("1.dcm", DicomFiles.Instance(1, values: (0x00081030, "LO", "Thorax nativ")));
        await site.DoAsync("index", site.Files);
        await site.DoAsync("remap");
        await site.DoAsync("status", "--json");

        await using var facade = FacadeProcess.Start([], new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = TestServer.AsFacade(site.ConnectionString) });
        await facade.ReadyAsync();
        Assert.Equal(3, (await facade.Client.SearchAsync("/fhir/ImagingStudy?modality=CT")).Total);
        using var read = await facade.Client.SendAsync("GET", "/fhir/ImagingStudy/none");
        Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
    }

    [Theory]
    [InlineData("create table x (i int)")]
    [InlineData("create schema x")]
    [InlineData("drop table resource")]
    [InlineData("alter table resource add column x int")]
    [InlineData("truncate resource")]
    [InlineData("update journal set checksum = ''")]
    [InlineData("create role x")]
    [InlineData("create or replace function fold(batch integer) returns integer language sql as 'select 1'")]
    [InlineData("copy resource to program 'cat'")]
    [InlineData("select pg_read_file('/etc/passwd')")]
    public async Task The_writer_may_not(string sql)
    {
        await using var writer = NpgsqlDataSource.Create(AsWriter());
        await using var command = writer.CreateCommand(sql);
        var refused = await Record.ExceptionAsync(() => command.ExecuteNonQueryAsync(Cancelled));
        Assert.True(refused is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege }, refused?.ToString() ?? "it may");
    }

    [Fact]
    public async Task A_writer_before_a_migration_is_told_who_must_come()
    {
        await site.ExecuteAsync("delete from journal where number = (select max(number) from journal)");
        site.Settings["ConnectionStrings__Postgres"] = AsWriter();
        var refused = await site.RunAsync("status");
        Assert.True(refused.ExitCode == 1 && refused.Errors.Contains("run dicom2fhir status with the owner's connection once", StringComparison.Ordinal), refused.Errors);
    }

    string AsWriter() => new NpgsqlConnectionStringBuilder(site.ConnectionString) { Username = login }.ConnectionString;
}
