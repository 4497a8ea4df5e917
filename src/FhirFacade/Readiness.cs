using Dicom2Fhir.Store;
using Npgsql;

namespace Dicom2Fhir.FhirFacade;

/// <summary>
/// Whether searches can be answered. Before the first time the answer is yes, every request asks the database, so that a missing schema or another
/// time zone never gives a wrong count; afterwards only the health endpoints ask, and a database that is away shows in the request itself.
/// </summary>
sealed class Readiness(StoreConnection store, FacadeOptions options)
{
    volatile bool wasReady;

    /// <summary>Asks the database: null, or one sentence why not.</summary>
    public async Task<string?> NotReadyAsync(CancellationToken cancellationToken)
    {
        var reason = await store.NotReadyAsync(options.TimeZone, cancellationToken);
        if (reason is null) wasReady = true;
        return reason;
    }

    /// <summary>Seconds a read-only replica is behind; null on a primary, and when the database does not answer.</summary>
    public async Task<double?> LagAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await store.LagAsync(cancellationToken))?.TotalSeconds;
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    /// <summary>Null from the first time on that searches could be answered.</summary>
    public async ValueTask<string?> NeverReadyAsync(CancellationToken cancellationToken) => wasReady ? null : await NotReadyAsync(cancellationToken);
}
