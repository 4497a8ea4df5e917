using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>Who holds a pseudonym: the keyed hash of the original, never the original.</summary>
public sealed record HeldPseudonym(string Pseudonym, byte[] Original);

/// <summary>Pseudonyms that came from outside, each of one patient over all runs and indexers.</summary>
public sealed class PseudonymClaims(NpgsqlDataSource database)
{
    /// <summary>Takes those that are free.</summary>
    /// <param name="wanted">Distinct originals, distinct pseudonyms.</param>
    /// <returns>What is held of these pseudonyms and originals now.</returns>
    public async Task<IReadOnlyList<HeldPseudonym>> ClaimAsync(IReadOnlyCollection<HeldPseudonym> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0) return [];
        var ordered = wanted.OrderBy(claim => claim.Pseudonym, StringComparer.Ordinal).ToList();      // one order: no two batches wait for each other
        var parameters = new { Pseudonyms = ordered.Select(claim => claim.Pseudonym).ToArray(), Originals = ordered.Select(claim => claim.Original).ToArray() };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into intake.pseudonym (pseudonym, original) select * from unnest(@Pseudonyms, @Originals) on conflict do nothing",
            parameters, cancellationToken: cancellationToken));
        return [.. await connection.QueryAsync<HeldPseudonym>(new CommandDefinition(
            "select pseudonym as Pseudonym, original as Original from intake.pseudonym where pseudonym = any(@Pseudonyms) or original = any(@Originals)",
            parameters, cancellationToken: cancellationToken))];
    }
}
