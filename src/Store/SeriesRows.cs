using Npgsql;
using NpgsqlTypes;

namespace Dicom2Fhir.Store;

/// <summary>What the report counts of one series; attributes by their number (<see cref="AttributeNumbers"/>).</summary>
/// <param name="Modality">Code as sent.</param>
/// <param name="BodySite">Code and display; null without.</param>
/// <param name="Stated">With a value in every instance.</param>
/// <param name="Empty">Present without a value in every instance.</param>
/// <param name="Mixed">The others that any instance has, three numbers each: attribute, instances with a value, instances without one.</param>
/// <param name="Unused">Attribute of each value that reached no element; with <paramref name="Values"/> and <paramref name="Counts"/>.</param>
/// <param name="Values">Null: all beyond the most frequent ones.</param>
public sealed record SeriesFigures(
    string Modality, string? BodySite, string? Laterality, short[] Stated, short[] Empty, int[] Mixed, short[] Unused, string?[] Values, int[] Counts);

/// <summary>Writes rows of intake.series: one statement a row in one round trip, since rows hold arrays.</summary>
static class SeriesRows
{
    const string Columns = "modality, body_site, laterality, stated, empty, mixed, unused, unused_value, unused_count";

    public static async Task SaveAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<KeptSeries> series, CancellationToken cancellationToken)
    {
        if (series.Count == 0) return;
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var row in series)
        {
            var command = new NpgsqlBatchCommand(
                $"""
                insert into intake.series (study_uid, series_uid, instances, attributes, {Columns})
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                on conflict (study_uid, series_uid) do update set (instances, attributes, {Columns}) =
                    (excluded.instances, excluded.attributes, excluded.modality, excluded.body_site, excluded.laterality, excluded.stated,
                     excluded.empty, excluded.mixed, excluded.unused, excluded.unused_value, excluded.unused_count)
                """);
            Add(command, row.StudyUid, NpgsqlDbType.Text);
            Add(command, row.SeriesUid, NpgsqlDbType.Text);
            Add(command, row.Instances, NpgsqlDbType.Integer);
            Add(command, row.Attributes, NpgsqlDbType.Bytea);
            AddFigures(command, row.Figures);
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task SaveFiguresAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction,
        IReadOnlyCollection<(string StudyUid, string SeriesUid, SeriesFigures? Figures)> series, CancellationToken cancellationToken)
    {
        if (series.Count == 0) return;
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var (studyUid, seriesUid, figures) in series)
        {
            var command = new NpgsqlBatchCommand(
                $"""
                update intake.series set ({Columns}) = ($3, $4, $5, $6, $7, $8, $9, $10, $11)
                 where study_uid = $1 and series_uid = $2 and ({Columns}) is distinct from ($3, $4, $5, $6, $7, $8, $9, $10, $11)
                """);
            Add(command, studyUid, NpgsqlDbType.Text);
            Add(command, seriesUid, NpgsqlDbType.Text);
            AddFigures(command, figures);
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The series, as UIDs, whose figures are not the expected ones, or that are not there.</summary>
    public static async Task<IReadOnlyList<string>> OthersAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction,
        IReadOnlyCollection<(string StudyUid, string SeriesUid, SeriesFigures? Figures)> expected, CancellationToken cancellationToken)
    {
        if (expected.Count == 0) return [];
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var (studyUid, seriesUid, figures) in expected)
        {
            var command = new NpgsqlBatchCommand(
                $"""
                select $2 where not exists (select from intake.series
                 where study_uid = $1 and series_uid = $2 and ({Columns}) is not distinct from ($3, $4, $5, $6, $7, $8, $9, $10, $11))
                """);
            Add(command, studyUid, NpgsqlDbType.Text);
            Add(command, seriesUid, NpgsqlDbType.Text);
            AddFigures(command, figures);
            batch.BatchCommands.Add(command);
        }

        var others = new List<string>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            while (await reader.ReadAsync(cancellationToken)) others.Add(reader.GetString(0));
        }
        while (await reader.NextResultAsync(cancellationToken));
        return others;
    }

    static void AddFigures(NpgsqlBatchCommand command, SeriesFigures? figures)
    {
        Add(command, figures?.Modality, NpgsqlDbType.Text);
        Add(command, StoredText.Clean(figures?.BodySite), NpgsqlDbType.Text);
        Add(command, StoredText.Clean(figures?.Laterality), NpgsqlDbType.Text);
        Add(command, figures?.Stated, NpgsqlDbType.Array | NpgsqlDbType.Smallint);
        Add(command, figures?.Empty, NpgsqlDbType.Array | NpgsqlDbType.Smallint);
        Add(command, figures?.Mixed, NpgsqlDbType.Array | NpgsqlDbType.Integer);
        Add(command, figures?.Unused, NpgsqlDbType.Array | NpgsqlDbType.Smallint);
        Add(command, figures?.Values.Select(StoredText.Clean).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(command, figures?.Counts, NpgsqlDbType.Array | NpgsqlDbType.Integer);
    }

    // Empty arrays are stored as null: 24 bytes less each.
    static void Add(NpgsqlBatchCommand command, object? value, NpgsqlDbType type) =>
        command.Parameters.Add(new NpgsqlParameter { Value = value is null or Array { Length: 0 } ? DBNull.Value : value, NpgsqlDbType = type });
}
