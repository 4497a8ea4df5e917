using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.Store;
using Npgsql;

namespace Dicom2Fhir.Indexer;

/// <summary>
/// Reports files that were offered below the same paths before and are gone. Nothing of them is deleted: an archive that is not mounted must not empty
/// the store, so a path that is missing or cannot be read reports nothing at all.
/// </summary>
static class Vanished
{
    // One update a thousand files.
    const int BatchSize = 1_000;

    /// <returns>How many inputs were marked.</returns>
    public static async Task<long> MarkAsync(NpgsqlDataSource database, long run, FolderSource source, InputRecords records, CancellationToken cancellationToken)
    {
        if (source.Problems.Count > 0) return 0;
        var inputs = new VanishedInputs(database);
        var (total, gone) = (0L, new List<byte[]>());
        await foreach (var name in inputs.CandidatesAsync(run, source.Roots, cancellationToken))
        {
            if (IsThere(name)) continue;
            gone.Add(records.NameHash(name));
            total++;
            if (gone.Count < BatchSize) continue;
            await inputs.MarkAsync(gone, cancellationToken);
            gone.Clear();
        }

        await inputs.MarkAsync(gone, cancellationToken);
        return total;
    }

    /// <summary>The file itself, or the archive or JSON file that a member's name begins with.</summary>
    static bool IsThere(string name)
    {
        if (Path.Exists(name)) return true;
        for (var end = name.Length - 1; end > 0; end--)
        {
            if (name[end] is '!' or '#' && File.Exists(name[..end])) return true;
        }

        return false;
    }
}
