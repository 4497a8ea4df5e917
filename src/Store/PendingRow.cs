using Dicom2Fhir.Store.Search;
using Npgsql;
using NpgsqlTypes;

namespace Dicom2Fhir.Store;

/// <summary>The row that waits for the fold.</summary>
static class PendingRow
{
    const string Sql =
        """
        insert into pending (type, resource_id, deleted, patient, started, terms, ref_param, ref_target, ident_param, ident_hash, date_param, date_low, date_high,
                             num_param, num_low, num_high, str_param, str_folded, str_hash)
        values ($1, $2, false, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        """;

    public static NpgsqlBatchCommand Insert(ServedType type, long resourceId, IndexEntries entries, TermNumbers numbers)
    {
        var command = new NpgsqlBatchCommand(Sql);
        Add(command, type.Number, NpgsqlDbType.Smallint);
        Add(command, resourceId, NpgsqlDbType.Bigint);
        Add(command, entries.Patient, NpgsqlDbType.Text);
        Add(command, entries.Started, NpgsqlDbType.TimestampTz);
        Add(command, entries.Terms.Select(key => numbers[key]).Distinct().ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer);
        Add(command, entries.References.Select(row => numbers[row.Param]).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer);
        Add(command, entries.References.Select(row => row.Target).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(command, entries.Identifiers.Select(row => numbers[row.Param]).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer);
        Add(command, entries.Identifiers.Select(row => row.Hash).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        Add(command, entries.Dates.Select(row => numbers[row.Param]).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer);
        Add(command, entries.Dates.Select(row => row.Low).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);
        Add(command, entries.Dates.Select(row => row.High).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);
        Add(command, entries.Numbers.Select(row => numbers[row.Param]).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer);
        Add(command, entries.Numbers.Select(row => row.Low).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Numeric);
        Add(command, entries.Numbers.Select(row => row.High).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Numeric);
        Add(command, entries.Strings.Select(row => numbers[row.Param]).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer);
        Add(command, entries.Strings.Select(row => row.Folded).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(command, entries.Strings.Select(row => row.Hash).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        return command;
    }

    /// <summary>The entries without those no index can hold; "has a value" stays.</summary>
    public static IndexEntries Indexable(IndexEntries entries) => entries with
    {
        Terms = [.. entries.Terms.Where(IsIndexable)],
        Dates = [.. entries.Dates.Where(row => IsIndexable(row.Param))],
        Numbers = [.. entries.Numbers.Where(row => IsIndexable(row.Param))],
        Strings = [.. entries.Strings.Where(row => IsIndexable(row.Param))],
        References = [.. entries.References.Where(row => StoredText.IsIndexable(row.Target))],
        Patient = StoredText.IsIndexable(entries.Patient) ? entries.Patient : null,
    };

    static void Add(NpgsqlBatchCommand command, object? value, NpgsqlDbType type) =>
        command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });

    static bool IsIndexable(TermKey key) => StoredText.IsIndexable(key.System, key.Code);
}
