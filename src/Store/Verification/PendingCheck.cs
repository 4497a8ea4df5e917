using System.Runtime.CompilerServices;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.Store.Verification;

/// <summary>What waits for the fold: the newest row of a resource is what its document gives.</summary>
sealed class PendingCheck(NpgsqlConnection connection, NpgsqlTransaction transaction, IndexExtractor extractor)
{
    sealed record Waiting(long Id, short Type, string ResourceId, string? Patient, DateTime? Started, DateTime LastUpdated, string Document);

    public async IAsyncEnumerable<Violation> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var waiting = await ReadAsync(cancellationToken);
        if (waiting.Count == 0) yield break;
        var actual = await ActualAsync([.. waiting.Select(row => row.Id)], cancellationToken);
        foreach (var row in waiting)
        {
            if (StoredDocument.Parse(row.Document) is not { } resource) continue;
            var type = ServedType.Find(row.Type);
            var entries = PendingRow.Indexable(extractor.Extract(type, resource, row.LastUpdated));
            if (entries.Patient != row.Patient || entries.Started?.Ticks / 10 != row.Started?.Ticks / 10 || !Expected(entries).SetEquals(actual[row.Id]))
                yield return new Violation(Checks.Fold, $"{type.Name}/{row.ResourceId}", "what waits for the fold does not follow from the document");
        }
    }

    static HashSet<string> Expected(IndexEntries entries) =>
    [
        .. entries.Terms.Select(TypedRows.Key),
        .. TypedRows.All.SelectMany(table => table.Of(entries).Select(row => $"{table.Table}|{TypedRows.Key(row.Param)}|{row.Text}")),
    ];

    async Task<List<Waiting>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select p.id, p.type, r.id, p.patient, p.started, r.last_updated, r.document
              from (select distinct on (resource_id) * from pending order by resource_id, id desc) p
              join resource r on r.resource_id = p.resource_id and r.type = p.type
             where not p.deleted and not r.deleted and r.document is not null
            """,
            connection, transaction) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Waiting>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new Waiting(
                reader.GetInt64(0), reader.GetInt16(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.IsDBNull(4) ? null : reader.GetDateTime(4), reader.GetDateTime(5), reader.GetString(6)));
        }

        return rows;
    }

    // Terms and typed rows of each waiting row as texts; the same forms as Expected.
    async Task<ILookup<long, string>> ActualAsync(long[] ids, CancellationToken cancellationToken)
    {
        var typed = string.Concat(TypedRows.All.Select(table =>
            $"""

            union all
            select p.id, '{table.Table}|' || concat_ws('|', {TypedRows.TermColumns}) || '|' || {table.Sql}
              from pending p, unnest({string.Join(", ", table.Pending.Split(", ").Select(column => "p." + column))}) v(param, {table.Columns}) join term t on t.id = v.param
             where p.id = any($1)
            """));
        await using var command = new NpgsqlCommand(
            $"""
            select p.id, concat_ws('|', {TypedRows.TermColumns}) from pending p, unnest(p.terms) v(term) join term t on t.id = v.term where p.id = any($1)
            {typed}
            """,
            connection, transaction) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(ids);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(long Id, string Text)>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add((reader.GetInt64(0), reader.GetString(1)));
        return rows.ToLookup(row => row.Id, row => row.Text);
    }
}
