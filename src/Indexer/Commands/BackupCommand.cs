using System.Globalization;
using System.Text.Json;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>backup FILE and restore FILE. The pseudonym key is not in the file: it is kept apart, as the manual says.</summary>
static class BackupCommand
{
    public static async Task<int> BackupAsync(Session session, string file, CancellationToken cancellationToken)
    {
        if (file.Length == 0) return await NoFileAsync();
        var path = Path.GetFullPath(file);
        await new Backup(session.Store.Database, session.Store.OwnerConnectionString).WriteAsync(path, cancellationToken);
        var bytes = new FileInfo(path).Length;
        Console.Out.WriteLine(session.Json
            ? JsonSerializer.Serialize(new { file = path, bytes })
            : string.Create(CultureInfo.InvariantCulture, $"{path}: {bytes} bytes. Keep the pseudonym key apart from it: {session.Options.KeyPath}"));
        return 0;
    }

    public static async Task<int> RestoreAsync(Session session, string file, bool replace, CancellationToken cancellationToken)
    {
        if (file.Length == 0) return await NoFileAsync();
        await new Backup(session.Store.Database, session.Store.OwnerConnectionString).RestoreAsync(Path.GetFullPath(file), replace, cancellationToken);
        var status = await session.Ledger.StatusAsync(cancellationToken);
        Console.Out.WriteLine(session.Json
            ? JsonSerializer.Serialize(new { resources = status.Resources.Values.Sum(), studies = status.Studies, schema = status.Schema })
            : string.Create(CultureInfo.InvariantCulture, $"{status.Resources.Values.Sum()} resources of {status.Studies} studies restored. verify holds them against what they were made from."));
        return 0;
    }

    static async Task<int> NoFileAsync()
    {
        await Console.Error.WriteLineAsync("An empty FILE names nothing.");
        return 2;
    }
}
