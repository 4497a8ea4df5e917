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
        prepared.Extract(extractor);
        return prepared;
    }

    /// <summary>Gives the terms of all their entries numbers, new ones where there are none.</summary>
    public Task NumberAsync(IEnumerable<PreparedWrite> writes, CancellationToken cancellationToken) => NumberAsync(database, TermNumbers.Of(database), [.. writes], cancellationToken);

    internal static async Task NumberAsync(NpgsqlDataSource database, TermNumbers numbers, IReadOnlyList<PreparedWrite> extracted, CancellationToken cancellationToken)
    {
        await numbers.EnsureAsync(database, extracted.SelectMany(write => write.Entries!.Terms), cancellationToken);
        foreach (var write in extracted) write.Number(numbers);
    }
}
