using System.Diagnostics;
using Dicom2Fhir.Store;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Store;

/// <summary>Clusters of their own, in folders of their own.</summary>
public sealed class EmbeddedClusterTests : IDisposable
{
    readonly string folder = TestServer.CreateFolder("d2f-cluster-");

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_last_user_stops_the_server_and_the_data_are_there_again()
    {
        var first = await EmbeddedCluster.OpenAsync(folder, Cancelled);
        var second = await EmbeddedCluster.OpenAsync(folder, Cancelled);
        var server = ServerPid();
        await ExecuteAsync(first.OwnerConnectionString, "create table kept (i int)");
        await first.DisposeAsync();
        await ExecuteAsync(second.OwnerConnectionString, "insert into kept values (1)");
        await second.DisposeAsync();
        await second.DisposeAsync();
        Assert.False(IsAlive(server));

        await using var third = await EmbeddedCluster.OpenAsync(folder, Cancelled);
        Assert.Equal(1, await ExecuteAsync(third.OwnerConnectionString, "delete from kept"));
    }

    [Fact]
    public async Task The_server_listens_on_no_network_and_its_folders_are_private()
    {
        await using var cluster = await EmbeddedCluster.OpenAsync(folder, Cancelled);
        Assert.Equal("", await ValueAsync(cluster.OwnerConnectionString, "show listen_addresses"));
        Assert.Equal("UTF8", await ValueAsync(cluster.OwnerConnectionString, "show server_encoding"));
        Assert.Equal("off", await ValueAsync(cluster.OwnerConnectionString, "show jit"));
        Assert.Equal("off", await ValueAsync(cluster.ReaderConnectionString, "select current_setting('is_superuser')"));
        var sockets = new NpgsqlConnectionStringBuilder(cluster.OwnerConnectionString).Host!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(sockets));
        Assert.NotEqual("0", Status(ServerPid(), "Uid:"));
    }

    [Fact]
    public async Task Processes_that_open_and_close_at_once_share_one_server()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            await Task.Delay(i * 15, Cancelled);
            await using var cluster = await EmbeddedCluster.OpenAsync(folder, Cancelled);
            await ValueAsync(cluster.OwnerConnectionString, "select 'x'");
        }, Cancelled)));
        Assert.False(File.Exists(Path.Combine(folder, "postgres", "data", "postmaster.pid")));
    }

    [Fact]
    public async Task After_a_kill_of_the_server_the_next_opening_has_every_commit()
    {
        var cluster = await EmbeddedCluster.OpenAsync(folder, Cancelled);
        await ExecuteAsync(cluster.OwnerConnectionString, "create table kept as select generate_series(1, 1000) i");
        using (var server = Process.GetProcessById(ServerPid()))
        {
            server.Kill();
            await server.WaitForExitAsync(Cancelled);
        }

        await using var again = await EmbeddedCluster.OpenAsync(folder, Cancelled);
        Assert.Equal(1000, await ExecuteAsync(again.OwnerConnectionString, "delete from kept"));
        await cluster.DisposeAsync();
        Assert.Equal(0, await ExecuteAsync(again.OwnerConnectionString, "delete from kept"));
    }

    [Fact]
    public async Task A_first_start_that_was_cut_off_is_completed()
    {
        await using (var cluster = await EmbeddedCluster.OpenAsync(folder, Cancelled))
        {
            var maintenance = new NpgsqlConnectionStringBuilder(cluster.OwnerConnectionString) { Database = "postgres" }.ConnectionString;
            await ExecuteAsync(maintenance, "drop database dicom2fhir");
            await ExecuteAsync(maintenance, "drop role dicom2fhir_facade");
        }

        await using var again = await EmbeddedCluster.OpenAsync(folder, Cancelled);
        Assert.Equal("x", await ValueAsync(again.ReaderConnectionString, "select 'x'"));
    }

    [Fact]
    public async Task A_long_folder_name_has_its_socket_elsewhere()
    {
        var deep = Path.Combine(folder, new string('d', 100), "it's");
        await using var cluster = await EmbeddedCluster.OpenAsync(deep, Cancelled);
        Assert.Equal("x", await ValueAsync(cluster.OwnerConnectionString, "select 'x'"));
    }

    [Fact]
    public async Task A_folder_the_account_cannot_enter_names_the_place_of_the_cluster()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root starts the server as another account");
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string home;
        await using (var cluster = await EmbeddedCluster.OpenAsync(folder, Cancelled))
        {
            home = (await File.ReadAllTextAsync(Path.Combine(folder, "postgres.path"), Cancelled)).Trim();
            Assert.Equal("x", await ValueAsync(cluster.OwnerConnectionString, "select 'x'"));
        }

        await using (var again = await EmbeddedCluster.OpenAsync(folder, Cancelled)) Assert.Equal("x", await ValueAsync(again.OwnerConnectionString, "select 'x'"));
        Directory.Delete(home, recursive: true);
    }

    [Fact]
    public async Task A_cluster_of_another_version_is_refused_by_a_sentence()
    {
        await using (await EmbeddedCluster.OpenAsync(folder, Cancelled))
        {
        }

        await File.WriteAllTextAsync(Path.Combine(Home(), "data", "PG_VERSION"), "9\n", Cancelled);
        var refused = await Assert.ThrowsAsync<StoreException>(() => EmbeddedCluster.OpenAsync(folder, Cancelled));
        Assert.StartsWith("The data folder was made by PostgreSQL 9, but only PostgreSQL ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_start_says_why_and_where_its_log_is()
    {
        await using (await EmbeddedCluster.OpenAsync(folder, Cancelled))
        {
        }

        await File.AppendAllTextAsync(Path.Combine(Home(), "data", "postgresql.conf"), "\nshared_buffers = many\n", Cancelled);
        var refused = await Assert.ThrowsAsync<StoreException>(() => EmbeddedCluster.OpenAsync(folder, Cancelled));
        Assert.Contains("does not start", refused.Message, StringComparison.Ordinal);
        Assert.Contains("configuration file", refused.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(Home(), "log"), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file_is_refused_by_a_sentence()
    {
        var file = Path.Combine(folder, "file");
        await File.WriteAllTextAsync(file, "", Cancelled);
        Assert.StartsWith("The data folder ", (await Assert.ThrowsAsync<StoreException>(() => EmbeddedCluster.OpenAsync(file, Cancelled))).Message, StringComparison.Ordinal);
    }

    string Home() => Path.Combine(folder, "postgres");

    int ServerPid() => int.Parse(File.ReadLines(Path.Combine(Home(), "data", "postmaster.pid")).First(), null);

    static bool IsAlive(int pid) => File.Exists($"/proc/{pid}/status") && !Status(pid, "State:").StartsWith('Z');

    static string Status(int pid, string name) =>
        File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split('\t')[1];

    static async Task<int> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync(Cancelled);
    }

    static async Task<string> ValueAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync(Cancelled))!;
    }
}
