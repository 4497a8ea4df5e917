using Dicom2Fhir.Store;
using Npgsql;

[assembly: AssemblyFixture(typeof(Dicom2Fhir.PostgresTests.TestServer))]

namespace Dicom2Fhir.PostgresTests;

/// <summary>
/// The PostgreSQL of a test run: a private cluster in a temporary folder, started with the first database and stopped at the end of the run, or the
/// server DICOM2FHIR_TEST_POSTGRES names (a role that may create databases and roles). A server that does not start fails the tests.
/// </summary>
public sealed class TestServer : IAsyncLifetime
{
    const string Template = "dicom2fhir_test_template";
    const string FacadeRole = "dicom2fhir_facade";

    readonly string folder = CreateFolder("d2f-test-");
    EmbeddedCluster? cluster;
    string server = "";
    int databases;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("DICOM2FHIR_TEST_POSTGRES") is { Length: > 0 } named)
        {
            server = named;
        }
        else
        {
            cluster = await EmbeddedCluster.OpenAsync(folder, CancellationToken.None);
            server = cluster.OwnerConnectionString;
        }

        await ExecuteAsync($"drop database if exists {Template} with (force)");
        await ExecuteAsync($"do $$ begin if to_regrole('{FacadeRole}') is null then create role {FacadeRole} login; end if; end $$");
        await ExecuteAsync($"create database {Template}");
        await using var template = NpgsqlDataSource.Create(ConnectionString(Template) + ";Pooling=false");
        await Migrator.MigrateAsync(template, CancellationToken.None);
    }

    /// <summary>A new database with the schema, or an empty one.</summary>
    /// <returns>The owner's connection string.</returns>
    public async Task<string> CreateDatabaseAsync(bool migrated = true)
    {
        var name = $"dicom2fhir_test_{Environment.ProcessId}_{Interlocked.Increment(ref databases)}";
        await ExecuteAsync($"create database {name} template {(migrated ? Template : "template1")}");
        return ConnectionString(name);
    }

    /// <summary>A copy of a database to which nothing is connected.</summary>
    public async Task<string> CloneDatabaseAsync(string connectionString)
    {
        var name = $"dicom2fhir_test_{Environment.ProcessId}_{Interlocked.Increment(ref databases)}";
        await ExecuteAsync($"create database {name} template {new NpgsqlConnectionStringBuilder(connectionString).Database}");
        return ConnectionString(name);
    }

    /// <summary>The same database as the facade sees it.</summary>
    public static string AsFacade(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { Username = FacadeRole }.ConnectionString;

    public async Task DropDatabaseAsync(string connectionString) =>
        await ExecuteAsync($"drop database if exists {new NpgsqlConnectionStringBuilder(connectionString).Database} with (force)");

    public async ValueTask DisposeAsync()
    {
        if (cluster is null) await ExecuteAsync($"drop database if exists {Template} with (force)");
        else await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A temporary folder that the server's account may enter (root's are private by default).</summary>
    internal static string CreateFolder(string prefix)
    {
        var folder = Directory.CreateTempSubdirectory(prefix).FullName;
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return folder;
    }

    string ConnectionString(string database) => new NpgsqlConnectionStringBuilder(server) { Database = database }.ConnectionString;

    // Names are made by this file; PostgreSQL takes no parameters in these statements.
    async Task ExecuteAsync(string sql)
    {
        await using var maintenance = NpgsqlDataSource.Create(ConnectionString("postgres") + ";Pooling=false");
        await using var command = maintenance.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
