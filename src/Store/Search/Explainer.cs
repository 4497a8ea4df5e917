using System.Collections;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>Says how a search of one type is answered.</summary>
sealed class Explainer(NpgsqlConnection connection, Matcher matcher)
{
    public const int MostTerms = 50;

    const int MostLetters = 200;

    public async Task<ExplainedSearch> ExplainAsync(TypeSearch search, TypeState state, CancellationToken cancellationToken)
    {
        var criteria = new List<ExplainedCriterion>();
        foreach (var criterion in search.Criteria)
        {
            var leaf = await matcher.LeafAsync(criterion, cancellationToken);
            var (name, value) = criterion is CompartmentCriterion compartment ? ("", compartment.PatientId) : (criterion.PrintName(), criterion.PrintValue());
            criteria.Add(new ExplainedCriterion(
                name, Nearest.Short(value), Meanings.Of(criterion), await TermsAsync(leaf, cancellationToken), leaf.Terms.Count, leaf.Rows is not null));
        }

        var matches = await matcher.MatchesAsync(search, state, state.Upto, cancellationToken);
        var query = matches.CountQuery;
        var rows = matches.IsBitsOnly ? await matches.CountAsync(cancellationToken) : await EstimateAsync(query, cancellationToken);
        return new ExplainedSearch(search.Type, criteria, query.Sql, [.. query.Values.Select(value => Text(value.Value))], rows);
    }

    async Task<IReadOnlyList<ExplainedTerm>> TermsAsync(Leaf leaf, CancellationToken cancellationToken)
    {
        var found = await connection.QueryAsync<ExplainedTerm>(new CommandDefinition(
            """
            select t.kind::text as Kind, t.system as System, t.code as Code,
                   (select coalesce(sum(bit_count(b.b)), 0)::bigint from bits b where b.term = t.id) as Rows
              from term t where t.id = any(@Ids) order by t.system, t.code
            """,
            new { Ids = leaf.Terms.Take(MostTerms).ToArray() }, cancellationToken: cancellationToken));
        return [.. found.Select(term => term with { Code = Readable(term) })];
    }

    // Parts of a code joined as composites are written, a number's cell as numbers.
    static string Readable(ExplainedTerm term)
    {
        var parts = term.Code.Split(IndexExtractor.PartSeparator);
        if (term.Kind is "1" or "2" or "3") parts[^1] = NumberCell.Words(parts[^1]);
        return string.Join('$', parts);
    }

    // Rows the planner expects below the aggregate; of a search by rows those it finds first.
    async Task<long> EstimateAsync(CompiledQuery query, CancellationToken cancellationToken)
    {
        await using var command = Matches.Command(connection, query with { Sql = "explain (format json) " + query.Sql });
        using var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!);
        var top = plan.RootElement[0].GetProperty("Plan");
        var counted = top.TryGetProperty("Plans", out var below) ? below[0] : top;
        return (long)counted.GetProperty("Plan Rows").GetDouble();
    }

    static string Text(object value)
    {
        var text = value is IEnumerable list and not string
            ? "{" + string.Join(", ", list.Cast<object?>().Take(20).Select(one => Convert.ToString(one, CultureInfo.InvariantCulture))) + "}"
            : Convert.ToString(value, CultureInfo.InvariantCulture)!;
        return text.Length <= MostLetters ? text : text[..MostLetters] + "...";
    }
}
