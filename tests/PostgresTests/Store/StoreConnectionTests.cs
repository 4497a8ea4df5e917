using Dicom2Fhir.Store;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Store;

public sealed class StoreConnectionTests(TestServer server) : IAsyncLifetime
{
    static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    string connectionString = "";

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => connectionString = await server.CreateDatabaseAsync(migrated: false);

    public async ValueTask DisposeAsync() => await server.DropDatabaseAsync(connectionString);

    [Fact]
    public async Task Opening_for_writing_migrates_and_remembers_the_zone()
    {
        await using (var store = await StoreConnection.OpenForWritingAsync("unused", connectionString, Berlin, Cancelled))
        {
            Assert.Equal(Migrator.Latest, await Migrator.VersionAsync(store.Database, Cancelled));
        }

        var refused = await Assert.ThrowsAsync<StoreException>(() => StoreConnection.OpenForWritingAsync("unused", connectionString, TimeZoneInfo.Utc, Cancelled));
        Assert.Equal("The database was indexed with TimeZone=Europe/Berlin, the setting says UTC: use Europe/Berlin, or a new data folder.", refused.Message);
        await using var again = await StoreConnection.OpenForWritingAsync("unused", connectionString, Berlin, Cancelled);
    }

    [Fact]
    public async Task Errors_hold_no_rows_whatever_the_connection_string_says()
    {
        await using var store = await StoreConnection.OpenForWritingAsync("unused", connectionString + ";Include Error Detail=true", Berlin, Cancelled);
        await using var command = store.Database.CreateCommand("insert into setting (name, value) values ('Qxwörtz', ''), ('Qxwörtz', '')");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Cancelled));
        Assert.DoesNotContain("Qxwörtz", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_facade_of_an_owner_migrates_at_its_first_readiness_check()
    {
        await using var store = await StoreConnection.OpenForReadingAsync("unused", connectionString, null, Cancelled);
        Assert.Null(await store.NotReadyAsync(Berlin, Cancelled));
        Assert.Equal(Migrator.Latest, await Migrator.VersionAsync(store.Read, Cancelled));
        Assert.Null(await store.NotReadyAsync(Berlin, Cancelled));
    }

    [Fact]
    public async Task A_facade_without_that_right_says_what_is_missing_and_is_ready_later()
    {
        await using var store = await StoreConnection.OpenForReadingAsync("unused", TestServer.AsFacade(connectionString), null, Cancelled);
        Assert.Contains("The database has schema 0,", await store.NotReadyAsync(Berlin, Cancelled), StringComparison.Ordinal);

        await using (await StoreConnection.OpenForWritingAsync("unused", connectionString, Berlin, Cancelled))
        {
        }

        Assert.Null(await store.NotReadyAsync(Berlin, Cancelled));
    }

    [Fact]
    public async Task A_facade_with_another_zone_is_not_ready()
    {
        await using (await StoreConnection.OpenForWritingAsync("unused", connectionString, Berlin, Cancelled))
        {
        }

        await using var store = await StoreConnection.OpenForReadingAsync("unused", TestServer.AsFacade(connectionString), null, Cancelled);
        Assert.Contains("TimeZone=Europe/Berlin", await store.NotReadyAsync(TimeZoneInfo.Utc, Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_one_sentence()
    {
        const string Nowhere = "Host=127.0.0.1;Port=1;Username=x;Password=canary;Timeout=2";
        await using var store = await StoreConnection.OpenForReadingAsync("unused", Nowhere, null, Cancelled);
        var reason = await store.NotReadyAsync(Berlin, Cancelled);
        Assert.StartsWith("The database does not answer", reason, StringComparison.Ordinal);

        var refused = await Assert.ThrowsAsync<StoreException>(() => StoreConnection.OpenForWritingAsync("unused", Nowhere, Berlin, Cancelled));
        Assert.DoesNotContain("canary", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("this is no connection string")]
    [InlineData("Host=x;Sibling=y")]
    public async Task A_wrong_connection_string_is_one_sentence(string wrong) =>
        Assert.StartsWith(
            "ConnectionStrings__Postgres is not a connection string",
            (await Assert.ThrowsAsync<StoreException>(() => StoreConnection.OpenForReadingAsync("unused", wrong, null, Cancelled))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_server_that_ends_the_connections_is_used_again()
    {
        await using var store = await StoreConnection.OpenForReadingAsync("unused", connectionString, null, Cancelled);
        Assert.Null(await store.NotReadyAsync(Berlin, Cancelled));
        await using (var killer = new NpgsqlConnection(connectionString + ";Pooling=false"))
        {
            await killer.OpenAsync(Cancelled);
            await using var kill = new NpgsqlCommand("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()", killer);
            await kill.ExecuteNonQueryAsync(Cancelled);
        }

        await store.NotReadyAsync(Berlin, Cancelled);
        Assert.Null(await store.NotReadyAsync(Berlin, Cancelled));
    }
}
