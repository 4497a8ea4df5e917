using Dicom2Fhir.Store.Search;
using Npgsql;
using NpgsqlTypes;

namespace Dicom2Fhir.Store;

/// <summary>The row that waits for the fold.</summary>
static class PendingRow
{
    // A row has arrays, which unnest cannot take apart by row; a statement a row cost as much as everything else of a batch.
    const string Copy =
        """
        copy pending (type, resource_id, deleted, patient, started, terms, ref_param, ref_target, ident_param, ident_hash, date_param, date_low, date_high,
                      num_param, num_low, num_high, str_param, str_folded, str_hash) from stdin (format binary)
        """;

    /// <summary>Queues written resources, in this order, in the connection's transaction.</summary>
    public static async Task InsertAsync(NpgsqlConnection connection, IEnumerable<(ServedType Type, long ResourceId, NumberedEntries Entries)> rows, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(Copy, cancellationToken);
        foreach (var (type, resourceId, entries) in rows)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(type.Number, NpgsqlDbType.Smallint, cancellationToken);
            await copy.WriteAsync(resourceId, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(false, NpgsqlDbType.Boolean, cancellationToken);
            await WriteAsync(entries, copy, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    static async Task WriteAsync(NumberedEntries entries, NpgsqlBinaryImporter copy, CancellationToken cancellationToken)
    {
        if (entries.Patient is { } patient) await copy.WriteAsync(patient, NpgsqlDbType.Text, cancellationToken);
        else await copy.WriteNullAsync(cancellationToken);
        if (entries.Started is { } started) await copy.WriteAsync(started, NpgsqlDbType.TimestampTz, cancellationToken);
        else await copy.WriteNullAsync(cancellationToken);
        await ListAsync(entries.Terms, NpgsqlDbType.Integer);
        await ListAsync(entries.References.Param, NpgsqlDbType.Integer);
        await ListAsync(entries.References.Target, NpgsqlDbType.Text);
        await ListAsync(entries.Identifiers.Param, NpgsqlDbType.Integer);
        await ListAsync(entries.Identifiers.Hash, NpgsqlDbType.Bigint);
        await ListAsync(entries.Dates.Param, NpgsqlDbType.Integer);
        await ListAsync(entries.Dates.Low, NpgsqlDbType.TimestampTz);
        await ListAsync(entries.Dates.High, NpgsqlDbType.TimestampTz);
        await ListAsync(entries.Numbers.Param, NpgsqlDbType.Integer);
        await ListAsync(entries.Numbers.Low, NpgsqlDbType.Numeric);
        await ListAsync(entries.Numbers.High, NpgsqlDbType.Numeric);
        await ListAsync(entries.Strings.Param, NpgsqlDbType.Integer);
        await ListAsync(entries.Strings.Folded, NpgsqlDbType.Text);
        await ListAsync(entries.Strings.Hash, NpgsqlDbType.Bigint);

        Task ListAsync<T>(T[] values, NpgsqlDbType type) => copy.WriteAsync(values, NpgsqlDbType.Array | type, cancellationToken);
    }

    /// <summary>The entries without those no index can hold; "has a value" stays.</summary>
    public static IndexEntries Indexable(IndexEntries entries) => entries with
    {
        Terms = Kept(entries.Terms, IsIndexable),
        Dates = Kept(entries.Dates, row => IsIndexable(row.Param)),
        Numbers = Kept(entries.Numbers, row => IsIndexable(row.Param)),
        Strings = Kept(entries.Strings, row => IsIndexable(row.Param)),
        References = Kept(entries.References, row => StoredText.IsIndexable(row.Target)),
        Patient = StoredText.IsIndexable(entries.Patient) ? entries.Patient : null,
    };

    static IReadOnlyList<T> Kept<T>(IReadOnlyList<T> rows, Func<T, bool> isIndexable) => rows.All(isIndexable) ? rows : [.. rows.Where(isIndexable)];

    static bool IsIndexable(TermKey key) => StoredText.IsIndexable(key.System, key.Code);
}
