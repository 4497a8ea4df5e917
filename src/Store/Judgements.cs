using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>
/// Numbers of the distinct answers of the rules. New ones are inserted in a statement of their own, so that no batch waits for another's. They are
/// never removed, so a process may remember their numbers.
/// </summary>
static class Judgements
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    static readonly ConcurrentDictionary<(string Database, string Hash), int> Known = new();

    // Answers with counts of many sizes are many: a process forgets them before they cost memory that matters (some 150 bytes each).
    const int MostKnown = 20_000;

    sealed record Answer(string Hash, string? Engine, string Result);

    public static void Forget() => Known.Clear();

    /// <summary>A number for each state; null for an unchecked one.</summary>
    public static async Task<int?[]> NumbersAsync(NpgsqlDataSource database, IReadOnlyList<ConformanceState> states, CancellationToken cancellationToken)
    {
        var answers = states.Select(state => state.Answers.Count == 0 ? null : Of(state)).ToList();
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        var missing = new Dictionary<string, Answer>(StringComparer.Ordinal);
        foreach (var answer in answers)
        {
            if (answer is null) continue;
            if (Known.TryGetValue((database.ConnectionString, answer.Hash), out var number)) found[answer.Hash] = number;
            else missing[answer.Hash] = answer;
        }

        if (missing.Count > 0) await InsertAsync(database, [.. missing.Values.OrderBy(answer => answer.Hash, StringComparer.Ordinal)], found, cancellationToken);
        return [.. answers.Select(answer => answer is null ? (int?)null : found[answer.Hash])];
    }

    static async Task InsertAsync(NpgsqlDataSource database, IReadOnlyList<Answer> answers, Dictionary<string, int> found, CancellationToken cancellationToken)
    {
        var hashes = answers.Select(answer => Convert.FromHexString(answer.Hash)).ToArray();
        await using (var insert = database.CreateCommand(
            "insert into judgement (hash, engine, result) select * from unnest($1::bytea[], $2::text[], $3::jsonb[]) on conflict do nothing"))
        {
            insert.Parameters.AddWithValue(hashes);
            insert.Parameters.AddWithValue(answers.Select(answer => answer.Engine ?? "").ToArray());
            insert.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Jsonb, answers.Select(answer => answer.Result).ToArray());
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var select = database.CreateCommand("select hash, id from judgement where hash = any($1)");
        select.Parameters.AddWithValue(hashes);
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        if (Known.Count > MostKnown) Known.Clear();
        while (await reader.ReadAsync(cancellationToken))
        {
            var hash = Convert.ToHexString(reader.GetFieldValue<byte[]>(0));
            found[hash] = Known[(database.ConnectionString, hash)] = reader.GetInt32(1);
        }
    }

    static Answer Of(ConformanceState state)
    {
        var result = JsonSerializer.Serialize(state.Answers, Json);
        return new(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{state.Engine}\n{result}"))), state.Engine, result);
    }
}
