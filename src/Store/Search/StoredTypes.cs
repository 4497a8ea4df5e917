using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>
/// A chain, _has or include over a type of which nothing was ever stored is refused: zero would be a wrong count where the resources live in another server
/// (design decision 10).
/// </summary>
static class StoredTypes
{
    public static async Task<QueryProblem?> ProblemAsync(NpgsqlConnection connection, SearchRequest request, CancellationToken cancellationToken)
    {
        var needs = request.Searches.SelectMany(search => search.Criteria.SelectMany(Needs)).Concat(request.Includes.SelectMany(Needs)).ToList();
        if (needs.Count == 0) return null;
        var stored = (await connection.QueryAsync<short>(new CommandDefinition(
            "select t from unnest(@Types) t where exists (select from resource where type = t and version > 0)",
            new { Types = ServedType.All.Select(type => type.Number).ToArray() }, cancellationToken: cancellationToken))).ToHashSet();
        foreach (var (parameter, types) in needs)
        {
            if (types.Any(type => stored.Contains(type.Number))) continue;
            var names = string.Join(" or ", types.Select(type => type.Name));
            return new QueryProblem(
                QueryProblemKind.NotSupported, parameter, $"{parameter}: no resource of type {names} was ever stored here; an empty answer would be a wrong count.", false);
        }

        return null;
    }

    // One of the types of each must be stored.
    static IEnumerable<(string Parameter, IReadOnlyList<ServedType> Types)> Needs(Criterion criterion) => criterion switch
    {
        ChainCriterion chain =>
        [
            .. chain.Inline is null ? [(chain.PrintName(), (IReadOnlyList<ServedType>)[.. chain.Inner.Select(inner => inner.Type)])] : Array.Empty<(string, IReadOnlyList<ServedType>)>(),
            .. chain.Inner.Count == 1 ? chain.Inner[0].Criteria.SelectMany(Needs) : [],
        ],
        HasCriterion has => [(has.PrintName(), [has.Inner.Type]), .. has.Inner.Criteria.SelectMany(Needs)],
        _ => [],
    };

    static IEnumerable<(string Parameter, IReadOnlyList<ServedType> Types)> Needs(Include include)
    {
        var name = (include.IsReverse ? "_revinclude=" : "_include=") + include.Written;
        if (include.IsReverse) return [(name, [include.Source])];
        if (include.Target is { } target) return [(name, [target])];
        if (include.Parameters is not [{ } only]) return [];
        IReadOnlyList<ServedType> types = only.Targets.Count == 0 ? ServedType.All : [.. only.Targets.Select(ServedType.Find).OfType<ServedType>()];
        return types.Count == 0 ? [] : [(name, types)];
    }
}
