using System.Text;
using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>
/// Settings that what the database holds was made with: with others the same patient or study would be stored a second time under another id. The
/// first run writes them, the purge removes them.
/// </summary>
public static class HeldSettings
{
    const string Prefix = "identity:";

    /// <summary>All that are held, by name.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Name, byte[] Value)>(new CommandDefinition(
            "select name, value from setting where starts_with(name, @Prefix)", new { Prefix }, cancellationToken: cancellationToken));
        return rows.ToDictionary(row => row.Name[Prefix.Length..], row => Encoding.UTF8.GetString(row.Value));
    }

    /// <summary>Writes those that are not held yet; of two processes that start at once one does, and both compare.</summary>
    /// <returns>All that are held now: those that differ from <paramref name="wanted"/> were there before.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> HoldAsync(
        NpgsqlDataSource database, IReadOnlyDictionary<string, string> wanted, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "insert into setting (name, value) select * from unnest(@Names, @Values) on conflict (name) do nothing",
                new
                {
                    Names = wanted.Keys.Order(StringComparer.Ordinal).Select(name => Prefix + name).ToArray(),
                    Values = wanted.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => Encoding.UTF8.GetBytes(pair.Value)).ToArray(),
                },
                cancellationToken: cancellationToken));
        }

        return await ReadAsync(database, cancellationToken);
    }
}
