using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>A stored resource as it is sent.</summary>
/// <param name="Document">The finished JSON.</param>
public sealed record StoredResource(ServedType Type, string Id, int Version, DateTime LastUpdated, string Document);

/// <summary>Answer of a read.</summary>
public abstract record ReadResult
{
    public sealed record Found(StoredResource Resource) : ReadResult;

    public sealed record Gone(int Version) : ReadResult;

    public sealed record NotFound : ReadResult;
}

/// <summary>Reads by type and id: sees every commit, folded or not.</summary>
public sealed class ResourceReader(NpgsqlDataSource database)
{
    public Task<ReadResult> ReadAsync(ServedType type, string id, CancellationToken cancellationToken) =>
        throw new NotImplementedException(database.ToString());
}
