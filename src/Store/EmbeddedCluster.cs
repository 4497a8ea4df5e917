namespace Dicom2Fhir.Store;

/// <summary>
/// The private PostgreSQL of a data folder: found running or started, shared by every process that uses the folder, stopped by the last
/// (design section 5, "Embedded PostgreSQL").
/// </summary>
public sealed class EmbeddedCluster : IAsyncDisposable
{
    /// <summary>Connection string of the owner: migrates, indexes, imports.</summary>
    public string OwnerConnectionString => throw new NotImplementedException();

    /// <summary>Connection string of the facade's role: reads public, calls the fold, writes page_query.</summary>
    public string ReaderConnectionString => throw new NotImplementedException();

    /// <summary>Starts or joins the cluster of <paramref name="dataFolder"/>, creating it on first use.</summary>
    /// <exception cref="StoreException">No binaries, no account to run as, or the server does not start; says which.</exception>
    public static Task<EmbeddedCluster> OpenAsync(string dataFolder, CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
