using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>Reads what _include and _revinclude bring along with a page.</summary>
sealed class IncludedRows(NpgsqlConnection connection)
{
    /// <summary>A page of 50 with a few references each has some hundred; more than this would not fit a client's buffer.</summary>
    public const int Most = 10_000;

    public static QueryProblem TooMany { get; } = new(QueryProblemKind.TooCostly, "_include", $"The page would include more than {Most:N0} resources; lower _count.", false);

    sealed record Row(short Type, string Id, int Version, DateTime LastUpdated, byte[] Document);

    /// <summary>Null when there are too many.</summary>
    public async Task<IReadOnlyList<StoredResource>?> ReadAsync(SearchRequest request, PageRows page, CancellationToken cancellationToken)
    {
        if (request.Includes.Count == 0 || page.Resources.Count == 0) return [];
        var wanted = new HashSet<(short Type, string Id)>();
        foreach (var include in request.Includes)
        {
            if (include.IsReverse) wanted.UnionWith(await ReferringAsync(request, include, page, cancellationToken));
            else wanted.UnionWith(await ReferredAsync(request, include, page, cancellationToken));
            if (wanted.Count > Most + page.Resources.Count) return null;
        }

        wanted.ExceptWith(page.Resources.Select(resource => (resource.Type.Number, resource.Id)));
        if (wanted.Count > Most) return null;
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select r.type as Type, r.id as Id, r.version as Version, r.last_updated as LastUpdated, convert_to(r.document, 'UTF8') as Document
              from unnest(@Types, @Ids) w(type, id) join resource r on r.type = w.type and r.id = w.id
             where not r.deleted and r.version > 0
             order by r.type, r.id
            """,
            new { Types = wanted.Select(one => one.Type).ToArray(), Ids = wanted.Select(one => one.Id).ToArray() }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => new StoredResource(ServedType.Find(row.Type), row.Id, row.Version, row.LastUpdated, row.Document))];
    }

    // What the matches refer to, by the current version of each.
    async Task<IEnumerable<(short, string)>> ReferredAsync(SearchRequest request, Include include, PageRows page, CancellationToken cancellationToken)
    {
        var targets = await connection.QueryAsync<string>(new CommandDefinition(
            """
            select distinct f.target from search_row s
              join term t on t.type = s.type and t.param = any(@Params) and t.kind = 'p'
              join ref_row f on f.param = t.id and f.no = s.no
             where s.resource_id = any(@Ids) and s.gone_at is null and s.type = @Type
             limit @Limit
            """,
            new { Params = Names(include), Ids = page.ResourceIds.ToArray(), Type = include.Source.Number, Limit = Most + page.Resources.Count + 1 }, cancellationToken: cancellationToken));
        return targets.Select(target => Local(target, request.Bases)).OfType<(ServedType Type, string Id)>()
            .Where(local => include.Target is null || local.Type == include.Target).Select(local => (local.Type.Number, local.Id));
    }

    // What refers to the matches.
    async Task<IEnumerable<(short, string)>> ReferringAsync(SearchRequest request, Include include, PageRows page, CancellationToken cancellationToken)
    {
        var targets = page.Resources.Where(resource => include.Target is null || resource.Type == include.Target).Select(resource => $"{resource.Type.Name}/{resource.Id}")
            .SelectMany(relative => (IEnumerable<string>)[relative, .. request.Bases.Select(at => at + relative)]).ToArray();
        return await connection.QueryAsync<(short, string)>(new CommandDefinition(
            """
            select distinct s.type, r.id from term t
              join ref_row f on f.param = t.id and f.target = any(@targets)
              join search_row s on s.type = t.type and s.no = f.no and s.gone_at is null
              join resource r on r.resource_id = s.resource_id
             where t.type = @Type and t.param = any(@Params) and t.kind = 'p'
             limit @Limit
            """,
            new { targets, Params = Names(include), Type = include.Source.Number, Limit = Most + page.Resources.Count + 1 }, cancellationToken: cancellationToken));
    }

    static string[] Names(Include include) => [.. include.Parameters.Select(parameter => parameter.Name)];

    // Type and id of a reference to this server.
    static (ServedType, string)? Local(string target, IReadOnlyList<string> bases)
    {
        var relative = bases.FirstOrDefault(at => target.StartsWith(at, StringComparison.Ordinal)) is { } own ? target[own.Length..] : target;
        return relative.Split('/') is [var name, var id] && ServedType.Find(name) is { } type ? (type, id) : null;
    }
}
