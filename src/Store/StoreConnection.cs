using System.Text;
using Dapper;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>The database of a process: the embedded cluster of a data folder, or the server a connection string names.</summary>
public sealed class StoreConnection : IAsyncDisposable
{
    const string ZoneSetting = "time-zone";

    // Programs share the server's max_connections (100 by default): three with a spare. A request more waits for a connection instead of being refused.
    const int LargestPool = 28;

    readonly EmbeddedCluster? cluster;
    readonly NpgsqlDataSource? owner;
    readonly NpgsqlDataSource? health;
    bool ready;

    StoreConnection(
        EmbeddedCluster? cluster, NpgsqlDataSource? owner, NpgsqlDataSource read, NpgsqlDataSource? write,
        string? ownerConnectionString = null, NpgsqlDataSource? health = null)
    {
        OwnerConnectionString = ownerConnectionString ?? "";
        this.cluster = cluster;
        this.owner = owner;
        this.health = health;
        Read = read;
        Write = write;
    }

    /// <summary>Reads; with the facade's role on the embedded cluster.</summary>
    public NpgsqlDataSource Read { get; }

    /// <summary>For the facade's one insert (page_query); null when the read connection is a replica and no other is given.</summary>
    public NpgsqlDataSource? Write { get; }

    /// <summary>Of <see cref="Database"/>, with its password: for PostgreSQL's own programs.</summary>
    public string OwnerConnectionString { get; }

    /// <summary>The owner's connection of an indexer or import.</summary>
    public NpgsqlDataSource Database => owner ?? throw new InvalidOperationException("Opened for reading.");

    /// <summary>Opens for index, import, status and purge: migrates, and holds the database to the zone it was indexed with.</summary>
    /// <exception cref="StoreException">The server cannot be used; says why.</exception>
    public static async Task<StoreConnection> OpenForWritingAsync(
        string dataFolder, string? connectionString, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        var cluster = connectionString is null ? await EmbeddedCluster.OpenAsync(dataFolder, cancellationToken) : null;
        var ownerConnectionString = connectionString ?? cluster!.OwnerConnectionString;
        var database = Build(ownerConnectionString, "owner", opened: cluster is null ? null : LowPriority.TakeForBackend);
        var connection = new StoreConnection(cluster, database, database, database, ownerConnectionString: ownerConnectionString);
        try
        {
            await Migrator.MigrateAsync(database, cancellationToken);
            await HoldZoneAsync(database, zone, cancellationToken);
            await new Reindexer(database, new IndexExtractor(zone)).RunAsync(cancellationToken);
            return connection;
        }
        catch (NpgsqlException exception)
        {
            await connection.DisposeAsync();
            throw new StoreException($"The database cannot be used: {exception.Message}", exception);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens for the facade. An embedded cluster is started and migrated; an external server is not contacted yet.</summary>
    /// <param name="writeConnectionString">Null: the same server.</param>
    public static async Task<StoreConnection> OpenForReadingAsync(
        string dataFolder, string? connectionString, string? writeConnectionString, CancellationToken cancellationToken)
    {
        if (connectionString is not null)
        {
            var read = BuildReader(connectionString);
            return new StoreConnection(null, null, read, writeConnectionString is null ? read : Build(writeConnectionString, "writer"), health: BuildHealth(connectionString));
        }

        var cluster = await EmbeddedCluster.OpenAsync(dataFolder, cancellationToken);
        try
        {
            await using var database = Build(cluster.OwnerConnectionString, "owner");
            await Migrator.MigrateAsync(database, cancellationToken);
            if (await ZoneAsync(database, cancellationToken) is { } zone)
            {
                await new Reindexer(database, new IndexExtractor(TimeZoneInfo.FindSystemTimeZoneById(zone))).RunAsync(cancellationToken);
            }
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }

        var reader = BuildReader(cluster.ReaderConnectionString);
        return new StoreConnection(cluster, null, reader, reader, health: BuildHealth(cluster.ReaderConnectionString));
    }

    /// <summary>
    /// Null when searches can be answered; else one sentence. On an external server a missing or older schema is migrated when the role may create
    /// in the database.
    /// </summary>
    public async Task<string?> NotReadyAsync(TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        try
        {
            if (ready)
            {
                await using var ping = (health ?? Read).CreateCommand("select 1");
                await ping.ExecuteScalarAsync(cancellationToken);
                return null;
            }

            var version = await Migrator.VersionAsync(Read, cancellationToken);
            if (version > Migrator.Latest) return $"The database has schema {version}, this program knows {Migrator.Latest}: use a newer program.";
            if (version < Migrator.Latest)
            {
                if (!await MayCreateAsync(cancellationToken)) return $"The database has schema {version}, {Migrator.Latest} is needed: run dicom2fhir status with the owner's connection once.";
                await Migrator.MigrateAsync(Read, cancellationToken);
            }

            if (await ZoneAsync(Read, cancellationToken) is { } held && held != zone.Id) return WrongZone(held, zone);
            if (await Reindexer.StaleAsync(Read, cancellationToken) is [var stale, ..])
            {
                return $"The index of {stale} was made for other search parameters: run dicom2fhir status with the owner's connection once.";
            }

            ready = true;
            return null;
        }
        catch (NpgsqlException exception)
        {
            return $"The database does not answer: {exception.GetType().Name} {exception.SqlState}".TrimEnd();
        }
        catch (StoreException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>
    /// How far a streaming replica is behind its primary; null on a primary. A replica that has replayed all it was sent is not behind; one that has
    /// lost its primary counts from the last transaction it replayed.
    /// </summary>
    public async Task<TimeSpan?> LagAsync(CancellationToken cancellationToken)
    {
        await using var command = (health ?? Read).CreateCommand(
            """
            select case when not pg_is_in_recovery() then null
                        when exists (select from pg_stat_wal_receiver) and pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then interval '0'
                        else clock_timestamp() - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time()) end
            """);
        return await command.ExecuteScalarAsync(cancellationToken) as TimeSpan?;
    }

    public async ValueTask DisposeAsync()
    {
        await Read.DisposeAsync();
        if (health is not null) await health.DisposeAsync();
        if (Write is not null) await Write.DisposeAsync();
        if (cluster is not null) await cluster.DisposeAsync();
    }

    /// <summary>The zone the database was indexed with; null before the first write.</summary>
    static async Task<string?> ZoneAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var value = await connection.ExecuteScalarAsync<byte[]?>(new CommandDefinition(
            "select value from setting where name = @ZoneSetting", new { ZoneSetting }, cancellationToken: cancellationToken));
        return value is null ? null : Encoding.UTF8.GetString(value);
    }

    // Days and months of the index are those of one zone: another zone would give wrong counts, so it is refused.
    static async Task HoldZoneAsync(NpgsqlDataSource database, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        await using (var command = database.CreateCommand("insert into setting (name, value) values ($1, $2) on conflict (name) do nothing"))
        {
            command.Parameters.AddWithValue(ZoneSetting);
            command.Parameters.AddWithValue(Encoding.UTF8.GetBytes(zone.Id));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        if (await ZoneAsync(database, cancellationToken) is { } held && held != zone.Id) throw new StoreException(WrongZone(held, zone));
    }

    static string WrongZone(string held, TimeZoneInfo zone) =>
        $"The database was indexed with TimeZone={held}, the setting says {zone.Id}: use {held}, or a new data folder.";

    async Task<bool> MayCreateAsync(CancellationToken cancellationToken)
    {
        await using var command = Read.CreateCommand(
            "select has_database_privilege(current_database(), 'CREATE') and has_schema_privilege('public', 'CREATE') and not pg_is_in_recovery()");
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    // A search that waits longer for a connection than this is refused: a short 503 instead of a queue of minutes.
    static NpgsqlDataSource BuildReader(string connectionString) => Build(connectionString, "reader", settings =>
    {
        if (!settings.ShouldSerialize("Timeout")) settings.Timeout = 5;
        settings.NoResetOnClose = true;     // searches leave nothing behind in a session: seven statements less before each
    });

    // Searches may hold every connection of their pool: whoever asks whether the program is well gets an answer all the same.
    static NpgsqlDataSource BuildHealth(string connectionString) => Build(connectionString, "health", settings =>
    {
        (settings.MinPoolSize, settings.MaxPoolSize) = (0, 1);
        (settings.Timeout, settings.CommandTimeout) = (3, 3);
    });

    /// <param name="pool">Its name in metrics, where the driver would else show hosts and paths.</param>
    /// <param name="opened">As of <see cref="RememberedNumbers.Watch"/>.</param>
    static NpgsqlDataSource Build(string connectionString, string pool, Action<NpgsqlConnectionStringBuilder>? change = null, Action<int>? opened = null)
    {
        try
        {
            var builder = new NpgsqlDataSourceBuilder(connectionString) { Name = pool };
            if (!builder.ConnectionStringBuilder.ShouldSerialize("Maximum Pool Size")) builder.ConnectionStringBuilder.MaxPoolSize = LargestPool;
            change?.Invoke(builder.ConnectionStringBuilder);
            // Searches have few shapes, each planned once a connection: preparing them saves the planning (about half of a short query's time).
            builder.ConnectionStringBuilder.MaxAutoPrepare = 100;
            // Documents have some 3 kB a row: the default of 8 kB asks the socket every third row.
            builder.ConnectionStringBuilder.ReadBufferSize = 64 * 1024;
            builder.ConnectionStringBuilder.ApplicationName ??= "dicom2fhir";
            builder.ConnectionStringBuilder.IncludeErrorDetail = false;     // details quote rows, whatever the site's connection string says
            RememberedNumbers.Watch(builder, opened);
            return builder.Build();
        }
        catch (ArgumentException exception)
        {
            throw new StoreException($"ConnectionStrings__Postgres is not a connection string: {exception.Message}", exception);
        }
    }
}
