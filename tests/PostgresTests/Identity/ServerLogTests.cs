using Dicom2Fhir.Store;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Identity;

/// <summary>The embedded server's log and folder give nothing away.</summary>
public sealed class ServerLogTests : IAsyncLifetime
{
    readonly string folder = TestServer.CreateFolder("d2f-log-");
    EmbeddedCluster cluster = null!;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => cluster = await EmbeddedCluster.OpenAsync(folder, Cancelled);

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Failing_statements_leave_no_value_in_the_log()
    {
        await using (var database = NpgsqlDataSource.Create(cluster.OwnerConnectionString + ";Pooling=false"))
        {
            await Migrator.MigrateAsync(database, Cancelled);
            foreach (var sql in new[]
            {
                "insert into intake.input (name_hash, name, size, outcome) values ('\\x00', $1, 1, 'stored')",                   // not null: the row in DETAIL
                "insert into setting (name, value) values ($1, ''), ($1, '')",                                                  // unique: the key in DETAIL
                "select $1::text::json",                                                                                       // the value in DETAIL and CONTEXT
                "do $x$ begin perform 'Qxwörtz'::text::json; end $x$ -- $1",                                                    // the statement
            })
            {
                await using var command = database.CreateCommand(sql);
                if (!sql.Contains("do $x$", StringComparison.Ordinal)) command.Parameters.AddWithValue("{Qxwörtz");
                await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Cancelled));
            }
        }

        var log = await File.ReadAllTextAsync(Path.Combine(folder, "postgres", "log"), Cancelled);
        Assert.Contains("ERROR:", log, StringComparison.Ordinal);
        Assert.Empty(new CanarySearch(["Qxwörtz"]).Find("the server's log", log));
    }

    [Fact]
    public void Folder_log_and_socket_are_the_servers_alone()
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        var home = Path.Combine(folder, "postgres");
        Assert.All([Path.Combine(home, "data"), Path.Combine(home, "run"), Path.Combine(home, "log")], path => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & others));
    }
}
