using Npgsql;

namespace Dicom2Fhir.PostgresTests;

/// <summary>The database of a test class (IClassFixture): migrated, empty, dropped at its end.</summary>
public sealed class TestDatabase(TestServer server) : IAsyncLifetime
{
    NpgsqlDataSource? owner;
    NpgsqlDataSource? facade;

    public string ConnectionString { get; private set; } = "";

    /// <summary>As index and import use it.</summary>
    public NpgsqlDataSource Owner => owner!;

    /// <summary>As the facade uses it.</summary>
    public NpgsqlDataSource Facade => facade!;

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await server.CreateDatabaseAsync();
        owner = NpgsqlDataSource.Create(ConnectionString);
        facade = NpgsqlDataSource.Create(TestServer.AsFacade(ConnectionString));
    }

    public async ValueTask DisposeAsync()
    {
        await Facade.DisposeAsync();
        await Owner.DisposeAsync();
        await server.DropDatabaseAsync(ConnectionString);
    }

    /// <summary>The only value of a statement.</summary>
    public async Task<T> ValueAsync<T>(string sql)
    {
        await using var command = Owner.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
