using System.Collections.Concurrent;
using Dicom2Fhir.Store.Outlines;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>
/// Numbers of terms, attributes and answers, and bitmaps, that a process remembers are those of one server. After a failover without synchronous replication the
/// new primary may lack the last ones and give them out again, so every connection to another server forgets them all before it is used. So may tables that
/// were restored from a backup while a program ran: they have other object ids than those before.
/// </summary>
static class RememberedNumbers
{
    // Each server, and each start of it, has its own: replicas and their primary, too.
    const string Server = "select pg_postmaster_start_time()::text";

    static readonly ConcurrentDictionary<string, long> Tables = new(StringComparer.Ordinal);

    /// <summary>Before numbers that are remembered are used.</summary>
    /// <param name="tables">Object id of the watermark's table.</param>
    public static void Meet(string connectionString, long tables)
    {
        var met = Tables.TryGetValue(connectionString, out var before);
        if (met && before == tables) return;
        if (met) Forget();
        Tables[connectionString] = tables;
    }

    /// <param name="builder">Of a pool; several pools may lead to several servers.</param>
    /// <param name="opened">Gets each connection, with the number of the process that serves it.</param>
    public static void Watch(NpgsqlDataSourceBuilder builder, Action<int>? opened = null)
    {
        string? server = null;
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var command = new NpgsqlCommand(Server, connection);
                Meet(command.ExecuteScalar());
                opened?.Invoke(connection.ProcessID);
            },
            async connection =>
            {
                await using var command = new NpgsqlCommand(Server, connection);
                Meet(await command.ExecuteScalarAsync());
                opened?.Invoke(connection.ProcessID);
            });

        void Meet(object? found)
        {
            if (Interlocked.Exchange(ref server, (string)found!) is { } before && before != server) Forget();
        }
    }

    static void Forget()
    {
        TermNumbers.Forget();
        AttributeNumbers.Forget();
        Judgements.Forget();
        ClosedBlocks.Forget();
        KeptSearches.Forget();
        OutlineForms.Forget();
    }
}
