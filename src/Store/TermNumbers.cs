using System.Collections.Concurrent;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>
/// Numbers of terms. Terms are never removed and never change, so a process remembers them as long as it meets the same server; new ones are inserted in a statement of their
/// own before a batch writes, so that no batch waits for another's terms.
/// </summary>
sealed class TermNumbers
{
    static readonly ConcurrentDictionary<string, TermNumbers> ByDatabase = new(StringComparer.Ordinal);

    readonly ConcurrentDictionary<TermKey, int> numbers = new();

    /// <summary>The numbers known of a database.</summary>
    public static TermNumbers Of(NpgsqlDataSource database) => Of(database.ConnectionString);

    /// <summary>The same, by what connections of one pool share.</summary>
    public static TermNumbers Of(string connectionString) => ByDatabase.GetOrAdd(connectionString, _ => new TermNumbers());

    /// <summary>Batches that work keep the numbers they began with.</summary>
    public static void Forget() => ByDatabase.Clear();

    public int this[TermKey key] => numbers[key];

    /// <summary>Makes sure that every key has a number.</summary>
    public async Task EnsureAsync(NpgsqlDataSource database, IEnumerable<TermKey> keys, CancellationToken cancellationToken)
    {
        var missing = keys.Where(key => !numbers.ContainsKey(key)).Distinct()
            .OrderBy(key => key.Type).ThenBy(key => key.Param, StringComparer.Ordinal).ThenBy(key => key.Kind)
            .ThenBy(key => key.System, StringComparer.Ordinal).ThenBy(key => key.Code, StringComparer.Ordinal)
            .ToList();
        if (missing.Count == 0) return;
        await FindAsync(database, missing, cancellationToken);
        var unknown = missing.Where(key => !numbers.ContainsKey(key)).ToList();
        if (unknown.Count == 0) return;

        await using (var command = database.CreateCommand(
            """
            insert into term (type, param, kind, system, code)
            select * from unnest($1::smallint[], $2::text[], $3::"char"[], $4::text[], $5::text[])
            on conflict do nothing
            """))
        {
            AddKeys(command, unknown);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await FindAsync(database, unknown, cancellationToken);
    }

    /// <summary>Looks up keys; those without a number stay unknown.</summary>
    public async Task FindAsync(NpgsqlDataSource database, IReadOnlyList<TermKey> keys, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select t.type, t.param, t.kind::text, t.system, t.code, t.id
              from unnest($1::smallint[], $2::text[], $3::"char"[], $4::text[], $5::text[]) k(type, param, kind, system, code)
              join term t using (type, param, kind, system, code)
            """);
        AddKeys(command, keys);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = new TermKey(reader.GetInt16(0), reader.GetString(1), reader.GetString(2)[0], reader.GetString(3), reader.GetString(4));
            numbers[key] = reader.GetInt32(5);
        }
    }

    public bool TryGet(TermKey key, out int number) => numbers.TryGetValue(key, out number);

    public void Remember(TermKey key, int number) => numbers[key] = number;

    static void AddKeys(NpgsqlCommand command, IReadOnlyList<TermKey> keys)
    {
        command.Parameters.AddWithValue(keys.Select(key => key.Type).ToArray());
        command.Parameters.AddWithValue(keys.Select(key => key.Param).ToArray());
        command.Parameters.AddWithValue(keys.Select(key => key.Kind.ToString()).ToArray());
        command.Parameters.AddWithValue(keys.Select(key => key.System).ToArray());
        command.Parameters.AddWithValue(keys.Select(key => key.Code).ToArray());
    }
}
