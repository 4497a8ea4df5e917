using System.Data;
using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>
/// Runs searches over what is folded. A page or count reads one snapshot, or what cannot be told from one: a page that follows another
/// (<see cref="FollowedPages"/>), a count by the watermark of one before (<see cref="ClosedBlocks"/>).
/// </summary>
/// <param name="zone">Zone of the calendar terms.</param>
public sealed class SearchExecutor(NpgsqlDataSource database, TimeZoneInfo zone)
{
    internal FollowedPages Followed { get; } = new(database);

    /// <summary>Matches that are sorted in memory; more are found by walking an index.</summary>
    internal int SortInMemory { get; init; } = SortedMatches.InMemory;

    /// <summary>
    /// A page has at most <paramref name="count"/> resources and closes before <paramref name="maxBytes"/> bytes of documents, but never empty
    /// while there are matches.
    /// </summary>
    /// <param name="position">Null for the first page.</param>
    public async Task<SearchPage> PageAsync(
        SearchRequest request, PagePosition? position, int count, int maxBytes, TotalMode total, CancellationToken cancellationToken)
    {
        if (position is not null && await Followed.PageAsync(request, position, count, maxBytes, cancellationToken) is { } following) return following;

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        if (await StoredTypes.ProblemAsync(connection, request, cancellationToken) is { } refusal) return SearchPage.Refused(refusal);

        var states = new List<TypeState>();
        foreach (var search in request.Searches) states.Add(await TypeState.ReadAsync(connection, search.Type, cancellationToken));
        var matcher = new Matcher(connection, zone);
        var horizons = position?.Horizons ?? [.. states.Select(state => state.Upto)];
        if (states.Where((state, i) => horizons[i] < state.Floor).Any()) return new SearchPage([], null, null, Expired: true);
        if (states.Where((state, i) => horizons[i] > state.Upto).Any()) return await BeyondAsync(connection, cancellationToken);

        var page = new PageRows(connection, count, maxBytes, request.Elements);
        IReadOnlyList<string?>? keys = null;
        KeptSearch? seen = null;
        var cheap = true;
        try
        {
            for (var i = position?.Search ?? 0; i < request.Searches.Count && !page.HasMore; i++)
            {
                var matches = await matcher.MatchesAsync(request.Searches[i], states[i], horizons[i], cancellationToken);
                cheap &= matches.IsBitsOnly;
                var start = position?.Search == i ? position : null;
                page.Begin(request.Searches[i].Type, horizons[i], i);
                if (request.Sort.Count == 0) await FillAsync(page, matches.NumbersAsync(start?.Last ?? 0, count, cancellationToken), cancellationToken);
                else keys = await new SortedMatches(connection, matches, request.Sort, SortInMemory).FillAsync(page, start, cancellationToken);
                seen = matches.Seen;
            }
        }
        catch (TooCostlyException costly)
        {
            return SearchPage.Refused(new QueryProblem(QueryProblemKind.TooCostly, costly.Parameter, costly.Message, false));
        }

        await page.LoadAsync(cancellationToken);
        var counted = position?.Total;
        if (position is null && total != TotalMode.None)
        {
            if (!page.HasMore) counted = page.Resources.Count;
            else if (total == TotalMode.Accurate || cheap) counted = await CountAsync(matcher, request, states, cheapOnly: total == TotalMode.Cheap, cancellationToken);
        }

        var included = await new IncludedRows(connection).ReadAsync(request, page, cancellationToken);
        if (included is null) return SearchPage.Refused(IncludedRows.TooMany);
        var next = page.HasMore ? new PagePosition(horizons, page.Search, page.Last, keys, counted) : null;
        if (next is not null && seen is not null && KeptSearches.KeyOf(request, seen.Horizon) is { } key) KeptSearches.Of(database.ConnectionString).Keep(key, seen);
        return new SearchPage(page.Resources, counted, next) { Included = included, Memory = page.Memory };
    }

    // Numbers that are not given here: a replica gets them soon, a server that was restored or promoted gives them to others.
    static async Task<SearchPage> BeyondAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_is_in_recovery()", connection);
        var isReplica = await command.ExecuteScalarAsync(cancellationToken) is true;
        return new SearchPage([], null, null, Expired: !isReplica, IsBehind: isReplica);
    }

    /// <summary>The exact number of matches.</summary>
    public async Task<SearchCount> CountAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await KeptCountAsync(connection, request, cancellationToken) is { } known) return new SearchCount(known);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        if (await StoredTypes.ProblemAsync(connection, request, cancellationToken) is { } refusal) return new SearchCount(0, refusal);
        var states = new List<TypeState>();
        foreach (var search in request.Searches) states.Add(await TypeState.ReadAsync(connection, search.Type, cancellationToken));
        try
        {
            return new SearchCount((await CountAsync(new Matcher(connection, zone), request, states, cheapOnly: false, cancellationToken))!.Value);
        }
        catch (TooCostlyException costly)
        {
            return new SearchCount(0, new QueryProblem(QueryProblemKind.TooCostly, costly.Parameter, costly.Message, false));
        }
    }

    // Null when the search is not of tokens and dates alone, or what is kept of it no longer holds.
    async Task<long?> KeptCountAsync(NpgsqlConnection connection, SearchRequest request, CancellationToken cancellationToken)
    {
        if (request.Searches is not [var search] || !search.Criteria.All(criterion => criterion is TokenCriterion or DateCriterion)) return null;
        if (ClosedBlocks.Of(connection).LastOf(search.Type) is not { } state) return null;
        return await (await new Matcher(connection, zone).MatchesAsync(search, state, state.Upto, cancellationToken)).CountKeptAsync(cancellationToken);
    }

    /// <summary>How the search is understood and answered.</summary>
    public async Task<SearchExplanation> ExplainAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        if (await StoredTypes.ProblemAsync(connection, request, cancellationToken) is { } refusal) return new SearchExplanation([], refusal);
        var searches = new List<ExplainedSearch>();
        foreach (var search in request.Searches)
        {
            var state = await TypeState.ReadAsync(connection, search.Type, cancellationToken);
            searches.Add(await new Explainer(connection, new Matcher(connection, zone)).ExplainAsync(search, state, cancellationToken));
        }

        return new SearchExplanation(searches);
    }

    // Null when a part is not cheap to count and only cheap counting is wanted.
    static async Task<long?> CountAsync(Matcher matcher, SearchRequest request, List<TypeState> states, bool cheapOnly, CancellationToken cancellationToken)
    {
        var sum = 0L;
        for (var i = 0; i < request.Searches.Count; i++)
        {
            var matches = await matcher.MatchesAsync(request.Searches[i], states[i], states[i].Upto, cancellationToken);
            if (cheapOnly && !matches.IsBitsOnly) return null;
            sum += await matches.CountAsync(cancellationToken);
        }

        return sum;
    }

    static async Task FillAsync(PageRows page, IAsyncEnumerable<List<long>> numbers, CancellationToken cancellationToken)
    {
        await foreach (var portion in numbers.WithCancellation(cancellationToken))
        {
            if (await page.AddAsync(portion, cancellationToken)) return;
        }
    }
}

/// <summary>The search would take more than a documented limit.</summary>
sealed class TooCostlyException(string parameter, string text) : Exception(text)
{
    public string Parameter { get; } = parameter;
}
