using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>The database of a process: the embedded cluster of a data folder, or the server a connection string names.</summary>
public sealed class StoreConnection : IAsyncDisposable
{
    /// <summary>Reads; with the facade's role on the embedded cluster.</summary>
    public NpgsqlDataSource Read => throw new NotImplementedException();

    /// <summary>For the facade's one insert (page_query); null when the read connection is a replica and no other is given.</summary>
    public NpgsqlDataSource? Write => throw new NotImplementedException();

    /// <summary>The owner's connection of an indexer or import.</summary>
    public NpgsqlDataSource Database => throw new NotImplementedException();

    /// <summary>Opens for index, import, status and purge: migrates, and holds the database to the zone it was indexed with.</summary>
    /// <exception cref="StoreException">The server cannot be used; says why.</exception>
    public static Task<StoreConnection> OpenForWritingAsync(
        string dataFolder, string? connectionString, TimeZoneInfo zone, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Opens for the facade. An embedded cluster is started and migrated; an external server is not contacted yet.</summary>
    /// <param name="writeConnectionString">Null: the same server.</param>
    public static Task<StoreConnection> OpenForReadingAsync(
        string dataFolder, string? connectionString, string? writeConnectionString, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Null when searches can be answered; else one sentence. On an external server a missing schema is migrated when the role may.</summary>
    public Task<string?> NotReadyAsync(TimeZoneInfo zone, CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
