using System.Text;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Conformance.Profiles;
using Dicom2Fhir.Store;
using Npgsql;

namespace Dicom2Fhir.Indexer.Conformance;

/// <summary>The rules a site works with: ours, with the packages it loaded on top.</summary>
static class LoadedEngine
{
    // Says that the embedded database has packages, so that validate need not start it when it has none.
    const string Marker = "profiles.loaded";

    public static async Task<ConformanceEngine> OfAsync(NpgsqlDataSource database, IndexerOptions options, CancellationToken cancellationToken)
    {
        var store = new PackageStore(database);
        var loaded = new List<ProfilePackage>();
        foreach (var package in await store.ListAsync(cancellationToken))
        {
            var files = (await store.ArtefactsAsync(package.Id, cancellationToken)).Select(artefact => new PackageFile(artefact.File, Encoding.UTF8.GetBytes(artefact.Json)));
            loaded.Add(PackageReader.Read(new PackageContent(package.Name, package.Version, package.Hash, [.. files], [])));
        }

        Mark(options, loaded.Count > 0);
        return loaded.Count == 0 ? ConformanceEngine.Shipped : ConformanceEngine.Shipped.With(loaded);
    }

    /// <summary>For verbs that work without database: it is asked only where it has packages.</summary>
    public static async Task<ConformanceEngine> WithoutSessionAsync(IndexerOptions options, CancellationToken cancellationToken)
    {
        if (options.Postgres is null && !File.Exists(Path.Combine(options.DataFolder, Marker))) return ConformanceEngine.Shipped;
        await using var store = await StoreConnection.OpenForReadingAsync(options.DataFolder, options.Postgres, null, cancellationToken);
        try
        {
            return await OfAsync(store.Read, options, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return ConformanceEngine.Shipped;       // nothing was ever written there
        }
    }

    static void Mark(IndexerOptions options, bool loaded)
    {
        if (options.Postgres is not null || !Directory.Exists(options.DataFolder)) return;
        var file = Path.Combine(options.DataFolder, Marker);
        if (loaded == File.Exists(file)) return;
        if (loaded) File.WriteAllText(file, "");
        else File.Delete(file);
    }
}
