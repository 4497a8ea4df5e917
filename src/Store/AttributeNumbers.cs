using System.Collections.Concurrent;
using System.Collections.Frozen;
using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>Numbers of DICOM attributes in the figures of series: given once, by path, and never changed.</summary>
public static class AttributeNumbers
{
    static readonly ConcurrentDictionary<string, FrozenDictionary<string, short>> ByDatabase = new(StringComparer.Ordinal);

    internal static void Forget() => ByDatabase.Clear();

    /// <summary>The number of every path; asked for once a process and database.</summary>
    public static async Task<FrozenDictionary<string, short>> OfAsync(NpgsqlDataSource database, IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        if (ByDatabase.TryGetValue(database.ConnectionString, out var known) && paths.All(known.ContainsKey)) return known;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into intake.attribute (path)
            select p.path from unnest(@Paths) p(path) where not exists (select from intake.attribute a where a.path = p.path) order by p.path
            on conflict do nothing
            """,
            new { Paths = paths.ToArray() }, cancellationToken: cancellationToken));
        var rows = await connection.QueryAsync<(short Id, string Path)>(new CommandDefinition("select id, path from intake.attribute", cancellationToken: cancellationToken));
        return ByDatabase[database.ConnectionString] = rows.ToFrozenDictionary(row => row.Path, row => row.Id, StringComparer.Ordinal);
    }
}
