using Dicom2Fhir.Store;
using Microsoft.Extensions.Logging;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>Claims in the database, where patients are keyed hashes.</summary>
sealed class DatabaseClaims(PseudonymClaims claims, KeyedHash key, ILogger logger) : IPseudonymClaims
{
    readonly DatabaseRetry retry = new(logger);

    public async Task<IReadOnlyDictionary<PatientKey, PseudonymClaim>> ClaimAsync(
        IReadOnlyCollection<(PatientKey Patient, string Pseudonym)> given, CancellationToken cancellationToken)
    {
        var wanted = given.ToDictionary(pair => pair.Patient, pair => new HeldPseudonym(pair.Pseudonym, key.Original(pair.Patient)));
        var held = await retry.RunAsync(() => claims.ClaimAsync(wanted.Values, cancellationToken), cancellationToken);
        var holders = held.ToDictionary(claim => claim.Pseudonym, claim => claim.Original);
        var holdings = held.ToDictionary(claim => Convert.ToHexString(claim.Original), claim => claim.Pseudonym);
        return wanted.ToDictionary(pair => pair.Key, pair =>
            holdings.TryGetValue(Convert.ToHexString(pair.Value.Original), out var own) && own != pair.Value.Pseudonym ? PseudonymClaim.Changed
            : holders.TryGetValue(pair.Value.Pseudonym, out var holder) && holder.AsSpan().SequenceEqual(pair.Value.Original) ? PseudonymClaim.Held
            : PseudonymClaim.OfAnother);
    }
}
