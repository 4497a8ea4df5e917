using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>Brings a database to this program's schema: numbered scripts, each in one transaction, journaled, under an advisory lock.</summary>
public static class Migrator
{
    /// <summary>Number of the newest script.</summary>
    public static int Latest => throw new NotImplementedException();

    /// <summary>Applies what is missing. Does nothing on an up-to-date database.</summary>
    /// <exception cref="StoreException">The database is of a newer program.</exception>
    public static Task MigrateAsync(NpgsqlDataSource database, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The schema number of the database; 0 when it is empty.</summary>
    public static Task<int> VersionAsync(NpgsqlDataSource database, CancellationToken cancellationToken) => throw new NotImplementedException();
}
