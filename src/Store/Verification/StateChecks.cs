using System.Runtime.CompilerServices;
using Npgsql;

namespace Dicom2Fhir.Store.Verification;

/// <summary>What one statement over whole tables finds: watermarks, rows without a partner, tombstones.</summary>
static class StateChecks
{
    sealed record StateCheck(string Check, string Sql);

    // Each gives the resource and the sentence.
    static readonly IReadOnlyList<StateCheck> All =
    [
        new(Checks.Fold,
            """
            select 'fold_state ' || f.type, format('the watermark is %s, number %s was given', f.upto, max(s.no))
              from fold_state f join search_row s on s.type = f.type group by f.type, f.upto having max(s.no) > f.upto
            """),
        new(Checks.Fold,
            """
            select 'fold_state ' || f.type, format('%s of %s numbers above the floor have a row', count(s.no), f.upto - f.floor)
              from fold_state f left join search_row s on s.type = f.type and s.no > f.floor group by f.type, f.upto, f.floor
            having count(s.no) <> f.upto - f.floor
            """),
        new(Checks.Fold, "select 'search_row ' || type || '/' || no, 'its type has no watermark' from search_row where type not in (select type from fold_state)"),
        new(Checks.Fold,
            """
            select 'search_row ' || s.type || '/' || s.no, format('gone at %s, the watermark is %s', s.gone_at, f.upto)
              from search_row s join fold_state f on f.type = s.type where s.gone_at > f.upto
            """),
        new(Checks.Fold, "select 'search_row ' || type || '/' || no, 'gone_at without gone_time, or the other way round' from search_row where (gone_at is null) <> (gone_time is null)"),
        new(Checks.Index,
            """
            select 'search_row ' || s.type || '/' || s.no, 'its resource is not there, or of another type'
              from search_row s left join resource r on r.resource_id = s.resource_id and r.type = s.type where r.resource_id is null
            """),
        new(Checks.Index,
            """
            select r.type || '/' || r.id, format('%s current search rows', count(*))
              from search_row s join resource r on r.resource_id = s.resource_id where s.gone_at is null group by r.type, r.id having count(*) > 1
            """),
        new(Checks.Index,
            """
            select r.type || '/' || r.id, 'stored, but neither searchable nor waiting for the fold'
              from resource r
             where not r.deleted and r.version > 0
               and not exists (select from search_row s where s.resource_id = r.resource_id and s.gone_at is null)
               and not exists (select from pending p where p.resource_id = r.resource_id)
            """),
        new(Checks.Index,
            """
            select r.type || '/' || r.id, 'deleted, but still searchable'
              from resource r join search_row s on s.resource_id = r.resource_id and s.gone_at is null
             where r.deleted and not exists (select from pending p where p.resource_id = r.resource_id)
            """),
        new(Checks.Fold,
            """
            select 'pending ' || p.id, 'its resource is not there, or of another type'
              from pending p left join resource r on r.resource_id = p.resource_id and r.type = p.type where r.resource_id is null
            """),
        new(Checks.Fold,
            """
            select r.type || '/' || r.id, 'what waits for the fold says otherwise than the resource whether it is deleted'
              from (select distinct on (resource_id) resource_id, deleted from pending order by resource_id, id desc) p join resource r using (resource_id)
             where p.deleted <> r.deleted
            """),
        new(Checks.Content, "select type || '/' || id, 'a row that was reserved and never written' from resource where version = 0"),
        new(Checks.Content, "select type || '/' || id, 'deleted, but its document is there' from resource where deleted and document is not null"),
        new(Checks.Content, "select type || '/' || id, 'stored without a document' from resource where not deleted and version > 0 and document is null"),
        new(Checks.Mapping,
            """
            select r.type || '/' || r.id, 'a study of the index of which no series is kept'
              from resource r
             where r.type = 1 and r.origin = 1 and not r.deleted and r.version > 0
               and not exists (select from intake.series s where 'urn:oid:' || s.study_uid = r.study_key)
            """),
        new(Checks.Mapping,
            """
            select r.type || '/' || r.id, 'a companion that no study of the index made'
              from resource r
             where r.type <> 1 and r.origin = 1 and not r.deleted and r.version > 0
               and not exists (select from intake.companion c where c.type = r.type and c.id = r.id)
            """),
        new(Checks.Derived, "select study_uid, 'companions of a study of which no series is kept' from intake.companion c where not exists (select from intake.series s where s.study_uid = c.study_uid)"),
        new(Checks.Derived, "select distinct study_uid, 'findings of a study of which no series is kept' from intake.finding f where not exists (select from intake.series s where s.study_uid = f.study_uid)"),
        new(Checks.Ledger,
            """
            select study_uid, format('%s inputs are accepted, and nothing of the study is kept', count(*)) from intake.input i
             where outcome in ('stored', 'updated', 'unchanged') and sop_uid is not null and not exists (select from intake.series s where s.study_uid = i.study_uid)
             group by study_uid
            """),
        new(Checks.Index,
            """
            select 'bits ' || b.term || '/' || b.block, 'bits of a term that is not there' from bits b where not exists (select from term t where t.id = b.term)
            """),
        new(Checks.Index,
            """
            select 'bits ' || b.term || '/' || b.block, 'a block above the watermark'
              from bits b join term t on t.id = b.term left join fold_state f on f.type = t.type
             where b.block > coalesce(f.upto, -1) / 32000 and bit_count(b.b) > 0
            """),
    ];

    public static async IAsyncEnumerable<Violation> RunAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var checks = All.Concat(TypedRows.All.Select(OrphanRows));
        foreach (var check in checks)
        {
            await using var command = new NpgsqlCommand(check.Sql, connection, transaction) { CommandTimeout = 0 };
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) yield return new Violation(check.Check, Named(reader.GetString(0)), reader.GetString(1));
        }
    }

    static StateCheck OrphanRows(TypedRows rows) => new(
        Checks.Index,
        $"""
        select distinct '{rows.Table} ' || v.param || '/' || v.no, 'a row of a number or parameter that is not there'
          from {rows.Table} v left join term t on t.id = v.param left join search_row s on s.type = t.type and s.no = v.no
         where s.no is null
        """);

    // 1/abc is ImagingStudy/abc: types stand as numbers in the database.
    static string Named(string resource)
    {
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && short.TryParse(resource.AsSpan(0, slash), out var number) && ServedType.All.Any(type => type.Number == number)
            ? ServedType.Find(number).Name + resource[slash..]
            : resource;
    }
}
