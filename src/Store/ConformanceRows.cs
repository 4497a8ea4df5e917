using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>How the stored resources stand to one version of a profile.</summary>
/// <param name="Checked">Resources judged by it, because they claim it or because they claim another version of the profile.</param>
/// <param name="Valid">Of these, those without an error.</param>
/// <param name="Decided">Of these, those whose stored state it decided.</param>
public sealed record ProfileConformance(string Profile, string Version, long Checked, long Valid, long Decided, IReadOnlyList<RuleConformance> Rules);

/// <summary>How often a rule is broken.</summary>
/// <param name="Count">Violations in all resources.</param>
/// <param name="Examples">Ids of the first resources that break it.</param>
public sealed record RuleConformance(string Rule, string Expression, string Severity, long Count, IReadOnlyList<string> Examples);

/// <summary>Reads the stored answers of the rules (table judgement).</summary>
public static class ConformanceRows
{
    const int MostExamples = 5;

    // The distinct answers in use, with the number of resources each: one pass over the index on judgement.
    const string Answers =
        """
        with used as materialized (
            select judgement as id, count(*) as resources from resource where not deleted and version > 0 and judgement is not null group by 1
        ), answer as (
            select u.id, u.resources, e.n, e.a ->> 'profile' as profile, (e.a ->> 'valid')::boolean as valid, e.a -> 'rules' as rules
              from used u join judgement j on j.id = u.id, jsonb_array_elements(j.result) with ordinality e(a, n)
        )
        """;

    sealed record ProfileRow(string Profile, long Checked, long Valid, long Decided);

    sealed record RuleRow(string Profile, string Rule, string Expression, string Severity, long Count, string Examples);

    /// <summary>By profile and version; of a profile the rule most often broken first.</summary>
    public static async Task<IReadOnlyList<ProfileConformance>> ReadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var profiles = await connection.QueryAsync<ProfileRow>(new CommandDefinition(
            Answers + """
            select profile as Profile, sum(resources)::bigint as Checked, coalesce(sum(resources) filter (where valid), 0)::bigint as Valid,
                   coalesce(sum(resources) filter (where n = 1), 0)::bigint as Decided
              from answer group by profile order by profile collate "C"
            """,
            commandTimeout: 0, cancellationToken: cancellationToken));
        var rules = (await connection.QueryAsync<RuleRow>(new CommandDefinition(
            Answers + """
            , broken as (
                select profile, r ->> 'rule' as rule, r ->> 'expression' as expression, r ->> 'severity' as severity,
                       sum((r ->> 'count')::bigint * resources)::bigint as count, array_agg(distinct id order by id) as ids
                  from answer, jsonb_array_elements(rules) r group by 1, 2, 3, 4
            )
            select profile as Profile, rule as Rule, expression as Expression, severity as Severity, count as Count, array_to_string(array(
                       select example.id from unnest(ids) answer(id), lateral (
                           select r.id, r.resource_id from resource r where r.judgement = answer.id and not r.deleted and r.version > 0 limit @MostExamples) example
                        order by example.resource_id limit @MostExamples), ' ') as Examples
              from broken order by count desc, expression collate "C", rule collate "C"
            """,
            new { MostExamples }, commandTimeout: 0, cancellationToken: cancellationToken))).ToLookup(row => row.Profile);
        return [.. profiles.Select(row => Of(row, rules[row.Profile]))];
    }

    static ProfileConformance Of(ProfileRow row, IEnumerable<RuleRow> rules)
    {
        var bar = row.Profile.IndexOf('|', StringComparison.Ordinal);
        var (profile, version) = bar < 0 ? (row.Profile, "") : (row.Profile[..bar], row.Profile[(bar + 1)..]);
        return new ProfileConformance(profile, version, row.Checked, row.Valid, row.Decided,
            [.. rules.Select(rule => new RuleConformance(rule.Rule, rule.Expression, rule.Severity, rule.Count, rule.Examples.Split(' ', StringSplitOptions.RemoveEmptyEntries)))]);
    }
}
