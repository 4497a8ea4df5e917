using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Npgsql;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.Store;

/// <summary>
/// Makes resources ready while the batch before them is written. A <see cref="WriteBatch"/> does itself what was not done, in the transaction, one resource after the other.
/// </summary>
public sealed class WritePreparer(NpgsqlDataSource database, IndexExtractor extractor)
{
    /// <summary>Text, hash and index entries of a resource; the parsed resource is not held. For several threads.</summary>
    /// <param name="json">The text to store, UTF-8, of which <paramref name="resource"/> was parsed.</param>
    public PreparedWrite Prepare(ServedType type, Resource resource, byte[] json, Origin origin, ConformanceState conformance)
    {
        var prepared = new PreparedWrite(type, resource, ResourceText.Parse(json), origin, conformance);
        prepared.Extract(extractor, TermNumbers.Of(database));
        return prepared;
    }

    /// <summary>Gives the terms that have no number yet new ones.</summary>
    public Task NumberAsync(IEnumerable<PreparedWrite> writes, CancellationToken cancellationToken) => NumberAsync(database, TermNumbers.Of(database), writes, cancellationToken);

    internal static async Task NumberAsync(NpgsqlDataSource database, TermNumbers numbers, IEnumerable<PreparedWrite> writes, CancellationToken cancellationToken)
    {
        var waiting = writes.Where(write => write.Entries is not null).ToList();
        await numbers.EnsureAsync(database, waiting.SelectMany(write => write.Entries!.Terms), cancellationToken);
        foreach (var write in waiting) write.Number(numbers);
    }
}
