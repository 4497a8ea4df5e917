using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>A value that reached no element, and how many instances state it.</summary>
public sealed record ReportedValue(string Value, long Count);

/// <summary>One attribute in the instances of one modality; the counts are instances: present, empty and absent are all of them, mapped and unmapped are those present.</summary>
/// <param name="Values">The most frequent of the unmapped ones.</param>
public sealed record AttributeReport(
    string Path, string Modality, long Present, long Empty, long Absent, long Mapped, long Unmapped, IReadOnlyList<ReportedValue> Values);

/// <summary>How complete the headers of an archive are, computed in SQL from the figures kept with each series; withheld studies are not in it.</summary>
public sealed class ArchiveReport(NpgsqlDataSource database)
{
    /// <summary>Values shown of one attribute and modality.</summary>
    const int MostValues = 20;

    /// <summary>For what a series or study does not state.</summary>
    const string Absent = "absent";

    sealed record Row(string Path, string Modality, long Present, long Empty, long Instances, long Unmapped);

    /// <summary>Each attribute and each modality there is, in the order of <paramref name="paths"/>.</summary>
    public async Task<IReadOnlyList<AttributeReport>> AttributesAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(Command(
            """
            with counted as (
                select modality, attribute, instances as present, 0 as empty from intake.series, unnest(stated) attribute
                union all
                select modality, attribute, 0, instances from intake.series, unnest(empty) attribute
                union all
                select modality, mixed[i]::smallint, mixed[i + 1], mixed[i + 2] from intake.series, generate_series(1, cardinality(mixed), 3) i
            ), summed as (
                select modality, attribute, sum(present) as present, sum(empty) as empty from counted where modality is not null group by 1, 2
            ), unused as (
                select modality, attribute, sum(n) as unmapped
                  from intake.series, unnest(unused, unused_count) u(attribute, n)
                 where modality is not null group by 1, 2
            ), totals as (
                select modality, sum(instances)::bigint as instances from intake.series where modality is not null group by 1
            )
            select p.path as Path, t.modality as Modality, coalesce(s.present, 0)::bigint as Present, coalesce(s.empty, 0)::bigint as Empty,
                   t.instances as Instances, coalesce(u.unmapped, 0)::bigint as Unmapped
              from unnest(@paths) with ordinality p(path, position)
             cross join totals t
              left join intake.attribute a on a.path = p.path
              left join summed s on s.attribute = a.id and s.modality = t.modality
              left join unused u on u.attribute = a.id and u.modality = t.modality
             order by p.position, t.modality collate "C"
            """,
            new { paths }, cancellationToken));
        var values = (await connection.QueryAsync<(string Path, string Modality, string Value, long Count)>(Command(
            """
            select a.path, modality, value, n
              from (select modality, attribute, value, sum(n)::bigint as n,
                           row_number() over (partition by modality, attribute order by sum(n) desc, value collate "C") as place
                      from intake.series, unnest(unused, unused_value, unused_count) u(attribute, value, n)
                     where modality is not null and value is not null
                     group by 1, 2, 3) v
              join intake.attribute a on a.id = v.attribute
             where place <= @MostValues
             order by n desc, value collate "C"
            """,
            new { MostValues }, cancellationToken))).ToLookup(row => (row.Path, row.Modality), row => new ReportedValue(row.Value, row.Count));

        return [.. rows.Select(row => new AttributeReport(
            row.Path, row.Modality, row.Present, row.Empty, row.Instances - row.Present - row.Empty, row.Present - row.Unmapped, row.Unmapped,
            [.. values[(row.Path, row.Modality)]]))];
    }

    /// <summary>
    /// Modality, body site and laterality: series; number of series and of instances: studies. Values by their count, then ordinal.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>>> DistributionsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Name, string Value, long Count)>(Command(
            """
            with studies as (
                select count(*) as series, sum(instances) as instances from intake.series where modality is not null group by study_uid
            )
            select name, value, n from (
                select 1 as place, 'modality' as name, modality as value, count(*) as n from intake.series where modality is not null group by 3
                union all
                select 2, 'bodySite', coalesce(body_site, @Absent), count(*) from intake.series where modality is not null group by 3
                union all
                select 3, 'laterality', coalesce(laterality, @Absent), count(*) from intake.series where modality is not null group by 3
                union all
                select 4, 'series', series::text, count(*) from studies group by 3
                union all
                select 5, 'instances', instances::text, count(*) from studies group by 3
            ) d
             order by place, n desc, length(value), value collate "C"
            """,
            new { Absent }, cancellationToken));
        var found = rows.GroupBy(row => row.Name).ToDictionary(
            name => name.Key, name => (IReadOnlyDictionary<string, long>)name.ToDictionary(row => row.Value, row => row.Count));
        return ((string[])["modality", "bodySite", "laterality", "series", "instances"]).ToDictionary(
            name => name, name => found.GetValueOrDefault(name) ?? new Dictionary<string, long>());
    }

    // Minutes on 50 million series.
    static CommandDefinition Command(string sql, object values, CancellationToken cancellationToken) =>
        new(sql, values, commandTimeout: 0, cancellationToken: cancellationToken);
}
