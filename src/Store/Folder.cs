using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>Calls the database function that makes committed writes searchable.</summary>
public sealed class Folder(NpgsqlDataSource database)
{
    /// <summary>Folds until nothing committed before the call is pending; waits for another process that folds.</summary>
    /// <returns>Pending rows taken by this process.</returns>
    public Task<long> FoldAllAsync(CancellationToken cancellationToken) => throw new NotImplementedException(database.ToString());

    /// <summary>Folds when 1,000 rows wait or the oldest has waited a second; until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
