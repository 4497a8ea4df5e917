using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>Inputs of earlier runs that a run over the same paths did not meet. Where names are not kept none is known.</summary>
public sealed class VanishedInputs(NpgsqlDataSource database)
{
    /// <summary>Names at or below the paths that were last offered in an earlier run and are not yet marked.</summary>
    /// <param name="roots">Full names, without a slash at the end.</param>
    public async IAsyncEnumerable<string> CandidatesAsync(long run, IReadOnlyCollection<string> roots, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            select name from intake.input
             where run < $1 and vanished is null and name is not null
               and exists (select from unnest($2) root where name = root or starts_with(name, root || '/') or starts_with(name, root || '!') or starts_with(name, root || '#'))
            """,
            connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(run);
        command.Parameters.AddWithValue(roots.Select(root => root.TrimEnd('/')).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) yield return reader.GetString(0);
    }

    /// <summary>Marks inputs whose file is gone; they stay in the ledger, and what they brought stays stored.</summary>
    public async Task MarkAsync(IReadOnlyCollection<byte[]> nameHashes, CancellationToken cancellationToken)
    {
        if (nameHashes.Count == 0) return;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "update intake.input set vanished = clock_timestamp() where name_hash = any(@Hashes) and vanished is null", new { Hashes = nameHashes.ToArray() }, cancellationToken: cancellationToken));
    }
}
