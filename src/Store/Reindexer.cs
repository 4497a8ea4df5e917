using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Npgsql;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.Store;

/// <summary>
/// Indexes stored resources anew when the search parameters of their type differ from those they were indexed by (a newer program). Searches go on
/// meanwhile, with the old values. What was cut off is resumed by the next start.
/// </summary>
public sealed class Reindexer(NpgsqlDataSource database, IndexExtractor extractor)
{
    /// <summary>Raise it when an extraction function gives other values for the same resource; rows of the table are seen by themselves.</summary>
    const int Revision = 3;

    const long LockKey = 4204;

    // Documents of 5,000 instances have 1 MB: a batch stays in memory.
    const int BatchSize = 200;

    static readonly JsonSerializerOptions Reading = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Ostrich);

    static readonly FrozenDictionary<ServedType, byte[]> Fingerprints = ServedType.All.ToFrozenDictionary(type => type, Fingerprint);

    sealed record Row(long ResourceId, short Type, DateTime LastUpdated, string Document);

    /// <summary>Names of the types whose index is of other search parameters.</summary>
    public static async Task<IReadOnlyList<string>> StaleAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var stale = new List<string>();
        foreach (var type in await StaleAsync(connection, cancellationToken)) stale.Add(type.Name);
        return stale;
    }

    /// <summary>Queues and folds what is stale. Waits for another process that does the same.</summary>
    /// <returns>Resources indexed anew.</returns>
    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        await using var holder = await database.OpenConnectionAsync(cancellationToken);
        await holder.ExecuteAsync(new CommandDefinition("select pg_advisory_lock(@LockKey)", new { LockKey }, commandTimeout: 0, cancellationToken: cancellationToken));
        try
        {
            var stale = await StaleAsync(holder, cancellationToken);
            var total = stale.Count == 0 ? 0 : await QueueAllAsync(stale, cancellationToken);
            foreach (var (type, fingerprint) in Fingerprints) await SetAsync(holder, SettingName(type), fingerprint, cancellationToken);
            return total;
        }
        finally
        {
            await holder.ExecuteAsync("select pg_advisory_unlock(@LockKey)", new { LockKey });
        }
    }

    static async Task<IReadOnlyList<ServedType>> StaleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var known = (await connection.QueryAsync<(string Name, byte[] Value)>(new CommandDefinition(
            "select name, value from setting where name like 'index-%'", cancellationToken: cancellationToken))).ToDictionary(row => row.Name, row => row.Value);
        var other = ServedType.All.Where(type => !known.TryGetValue(SettingName(type), out var value) || !value.AsSpan().SequenceEqual(Fingerprints[type])).ToList();
        if (other.Count == 0) return [];
        var used = (await connection.QueryAsync<short>(new CommandDefinition(
            "select t from unnest(@Types) t where exists (select from resource where type = t and not deleted and version > 0)",
            new { Types = other.Select(type => type.Number).ToArray() }, cancellationToken: cancellationToken))).ToHashSet();
        return [.. other.Where(type => used.Contains(type.Number))];
    }

    async Task<long> QueueAllAsync(IReadOnlyList<ServedType> stale, CancellationToken cancellationToken)
    {
        var folder = new Folder(database);
        var goal = Convert.ToHexString(SHA256.HashData([.. stale.SelectMany(type => Fingerprints[type])]));
        var total = 0L;
        for (var last = await ProgressAsync(goal, cancellationToken); ;)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
                """
                select resource_id as ResourceId, type as Type, last_updated as LastUpdated, document as Document
                  from resource where type = any(@Types) and resource_id > @last and not deleted and version > 0
                 order by resource_id limit @BatchSize for update
                """,
                new { Types = stale.Select(type => type.Number).ToArray(), last, BatchSize }, transaction, cancellationToken: cancellationToken))).ToList();
            if (rows.Count == 0) break;

            await QueueAsync(connection, rows, cancellationToken);
            last = rows[^1].ResourceId;
            await SetAsync(connection, "reindex", Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{goal} {last}")), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            total += rows.Count;
            if (total % (BatchSize * 50) == 0) await folder.FoldAllAsync(cancellationToken);
        }

        await folder.FoldAllAsync(cancellationToken);
        return total;
    }

    async Task QueueAsync(NpgsqlConnection connection, List<Row> rows, CancellationToken cancellationToken)
    {
        var entries = rows.Select(row => PendingRow.Indexable(
            extractor.Extract(ServedType.Find(row.Type), JsonSerializer.Deserialize<Resource>(row.Document, Reading)!, row.LastUpdated))).ToList();
        var numbers = TermNumbers.Of(database);
        await numbers.EnsureAsync(database, entries.SelectMany(entry => entry.Terms), cancellationToken);
        await PendingRow.InsertAsync(connection, rows.Zip(entries, (row, entry) => (ServedType.Find(row.Type), row.ResourceId, NumberedEntries.Of(entry, numbers)!)), cancellationToken);
    }

    // The last resource queued for the same goal; 0 when the goal is another one.
    async Task<long> ProgressAsync(string goal, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select value from setting where name = 'reindex'");
        return await command.ExecuteScalarAsync(cancellationToken) is byte[] value
            && Encoding.UTF8.GetString(value).Split(' ') is [var of, var last] && of == goal
            ? long.Parse(last, CultureInfo.InvariantCulture)
            : 0;
    }

    static Task<int> SetAsync(NpgsqlConnection connection, string name, byte[] value, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            "insert into setting (name, value) values (@name, @value) on conflict (name) do update set value = excluded.value where setting.value <> excluded.value",
            new { name, value }, cancellationToken: cancellationToken));

    static string SettingName(ServedType type) => "index-" + type.Name;

    // What decides the entries of a resource; titles and synonyms do not.
    static byte[] Fingerprint(ServedType type) => SHA256.HashData(Encoding.UTF8.GetBytes(
        Revision.ToString(CultureInfo.InvariantCulture) + string.Concat(SearchParameters.Of(type)
            .Select(parameter => $"\n{parameter.Name} {parameter.Kind} {parameter.Storage} {string.Join(' ', parameter.Parts.Select(part => part.Name))} {parameter.HasRuns} {parameter.IsBodySite}")
            .Order(StringComparer.Ordinal))));
}
