using System.Diagnostics;
using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>Turns criteria into leaves: looks up the numbers of their terms, on the connection (and snapshot) the search runs on.</summary>
sealed class LeafResolver(NpgsqlConnection connection, TimeZoneInfo zone)
{
    /// <summary>What must hold on the days a search time falls on, by prefix (R4 search 3.1.1.4.7).</summary>
    const string EdgeEq = "low >= $low and high <= $high";
    const string EdgeNe = "not (low >= $low and high <= $high)";
    const string EdgeGt = "high > $high and $low is not null";
    const string EdgeLt = "low < $low and $high is not null";
    const string EdgeGe = "(high > $high or (low >= $low and high <= $high))";
    const string EdgeLe = "(low < $low or (low >= $low and high <= $high))";
    const string EdgeSa = "low >= $high and $low is not null";
    const string EdgeEb = "high <= $low and $high is not null";

    public async Task<IReadOnlyList<Leaf>> ResolveAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        var leaves = new List<Leaf>(request.Criteria.Count);
        foreach (var criterion in request.Criteria) leaves.Add(await LeafAsync(criterion, cancellationToken));
        return leaves;
    }

    Task<Leaf> LeafAsync(Criterion criterion, CancellationToken cancellationToken) => criterion switch
    {
        MissingCriterion missing => MissingAsync(missing, cancellationToken),
        TokenCriterion { Parameter.Storage: SearchStorage.Resource } token =>
            Task.FromResult(new Leaf(token.Not, [], RowSource.Ids(token.Parameter.Type.Number, [.. token.Values.Select(value => value.Code!)]))),
        TokenCriterion { Parameter.Storage: SearchStorage.Rows } token => IdentifierAsync(token, cancellationToken),
        TokenCriterion token => TokenAsync(token, cancellationToken),
        UriCriterion uri => FilteredAsync(uri.Parameter, 'u', uri.Matches, cancellationToken),
        CompositeCriterion composite => FilteredAsync(composite.Parameter, 'c', code => MatchesTuple(composite, code), cancellationToken),
        ReferenceCriterion reference => ReferenceAsync(reference, cancellationToken),
        DateCriterion date => DateAsync(date, cancellationToken),
        _ => throw new UnreachableException(),
    };

    async Task<Leaf> MissingAsync(MissingCriterion missing, CancellationToken cancellationToken)
    {
        if (missing.Parameter.Storage == SearchStorage.Resource) return new Leaf(!missing.Missing, [], null);     // every resource has an id
        return new Leaf(missing.Missing, await PresentAsync(missing.Parameter, cancellationToken) is { } term ? [term] : [], null);
    }

    async Task<Leaf> TokenAsync(TokenCriterion token, CancellationToken cancellationToken)
    {
        var terms = await connection.QueryAsync<int>(new CommandDefinition(
            """
            select distinct t.id from unnest(@Systems, @Codes) v(system, code)
              join term t on t.type = @Type and t.param = @Name and t.kind = 't'
                         and (v.system is null or t.system = v.system) and (v.code is null or t.code = v.code)
            """,
            new
            {
                Systems = token.Values.Select(value => value.System).ToArray(),
                Codes = token.Values.Select(value => value.Code).ToArray(),
                Type = token.Parameter.Type.Number,
                token.Parameter.Name,
            },
            cancellationToken: cancellationToken));
        return new Leaf(token.Not, [.. terms.Order()], null);
    }

    async Task<Leaf> IdentifierAsync(TokenCriterion token, CancellationToken cancellationToken)
    {
        if (await PresentAsync(token.Parameter, cancellationToken) is not { } param) return new Leaf(token.Not, [], null);
        var hashes = token.Values.Select(value =>
            value.Code is null ? IndexExtractor.SystemHash(value.System!) : IndexExtractor.IdentifierHash(value.System, value.Code));
        return new Leaf(token.Not, [], RowSource.Identifiers(param, [.. hashes]));
    }

    async Task<Leaf> ReferenceAsync(ReferenceCriterion reference, CancellationToken cancellationToken) =>
        await PresentAsync(reference.Parameter, cancellationToken) is { } param
            ? new Leaf(false, [], RowSource.References(param, [.. reference.Values.SelectMany(value => value.Targets)]))
            : new Leaf(false, [], null);

    // Canonicals and tuples are few: their terms are read and judged here.
    async Task<Leaf> FilteredAsync(SearchParameter parameter, char kind, Func<string, bool> matches, CancellationToken cancellationToken)
    {
        var terms = await connection.QueryAsync<(int Id, string Code)>(new CommandDefinition(
            "select id, code from term where type = @Type and param = @Name and kind = @Kind::\"char\"",
            new { Type = parameter.Type.Number, parameter.Name, Kind = kind.ToString() }, cancellationToken: cancellationToken));
        return new Leaf(false, [.. terms.Where(term => matches(term.Code)).Select(term => term.Id).Order()], null);
    }

    static bool MatchesTuple(CompositeCriterion composite, string code)
    {
        var stored = code.Split(IndexExtractor.PartSeparator);      // system, code, system, code ...
        return composite.Values.Any(parts => parts.Select((part, i) => part.Matches(stored[2 * i], stored[(2 * i) + 1])).All(match => match));
    }

    async Task<Leaf> DateAsync(DateCriterion date, CancellationToken cancellationToken)
    {
        if (await PresentAsync(date.Parameter, cancellationToken) is not { } param) return new Leaf(false, [], null);
        var ranges = date.Values.SelectMany(WholeDays).ToList();
        var terms = await connection.QueryAsync<(int Id, string Kind, string Code)>(new CommandDefinition(
            """
            select distinct t.id, t.kind::text, t.code from unnest(@Kinds::"char"[], @Lows, @Highs) r(kind, low, high)
              join term t on t.type = @Type and t.param = @Name and t.kind = r.kind and t.code between r.low and r.high
            union
            select t.id, t.kind::text, t.code from term t where t.type = @Type and t.param = @Name and t.kind = 'v'
            """,
            new
            {
                Kinds = ranges.Select(range => range.Kind.ToString()).ToArray(),
                Lows = ranges.Select(range => range.Low).ToArray(),
                Highs = ranges.Select(range => range.High).ToArray(),
                Type = date.Parameter.Type.Number,
                date.Parameter.Name,
            },
            cancellationToken: cancellationToken));
        var matching = terms.Where(term => term.Kind != "v" || MatchesCoarse(date, term.Code)).Select(term => term.Id);
        var edges = date.Values.Where(value => value.Date.Precision == DatePrecision.Time && value.Prefix != DatePrefix.Ap).Select(Edge).ToList();
        return new Leaf(false, [.. matching.Order()], edges.Count > 0 ? RowSource.Dates(param, edges) : null);
    }

    bool MatchesCoarse(DateCriterion date, string text) =>
        FhirDate.Parse(text, zone) is { } stored && date.Values.Any(value => value.Matches(stored.Low, stored.High));

    // The days on which a value known to the day or finer matches for certain. A search time leaves its own days to the rows.
    static IEnumerable<CalendarRange> WholeDays(DateValue value)
    {
        var (first, last) = (value.Date.FirstDay, value.Date.LastDay);
        var timed = value.Date.Precision == DatePrecision.Time;
        return value.Prefix switch
        {
            DatePrefix.Eq => timed ? [] : Calendar.Cover(first, last),
            DatePrefix.Ap => Calendar.Cover(first, last),
            DatePrefix.Ne => [.. Calendar.Cover(Calendar.First, first.AddDays(-1)), .. Calendar.Cover(last.AddDays(1), Calendar.Last)],
            DatePrefix.Ge => Calendar.Cover(timed ? last.AddDays(1) : first, Calendar.Last),
            DatePrefix.Le => Calendar.Cover(Calendar.First, timed ? first.AddDays(-1) : last),
            DatePrefix.Gt or DatePrefix.Sa => Calendar.Cover(last.AddDays(1), Calendar.Last),
            DatePrefix.Lt or DatePrefix.Eb => Calendar.Cover(Calendar.First, first.AddDays(-1)),
            _ => throw new UnreachableException(),
        };
    }

    DateEdge Edge(DateValue value) => new(
        FhirDate.StartOf(value.Date.FirstDay, zone),
        FhirDate.StartOf(value.Date.LastDay.AddDays(1), zone),
        value.Prefix switch
        {
            DatePrefix.Eq => EdgeEq,
            DatePrefix.Ne => EdgeNe,
            DatePrefix.Gt => EdgeGt,
            DatePrefix.Lt => EdgeLt,
            DatePrefix.Ge => EdgeGe,
            DatePrefix.Le => EdgeLe,
            DatePrefix.Sa => EdgeSa,
            DatePrefix.Eb => EdgeEb,
            _ => throw new UnreachableException(),
        },
        value.Date.Low,
        value.Date.High);

    async Task<int?> PresentAsync(SearchParameter parameter, CancellationToken cancellationToken) =>
        await connection.QuerySingleOrDefaultAsync<int?>(new CommandDefinition(
            "select id from term where type = @Type and param = @Name and kind = 'p' and system = '' and code = ''",
            new { Type = parameter.Type.Number, parameter.Name }, cancellationToken: cancellationToken));
}
