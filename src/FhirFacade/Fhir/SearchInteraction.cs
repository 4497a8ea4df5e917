using Dicom2Fhir.Conformance.Terminology;
using Dicom2Fhir.FhirFacade.Conformance;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Search and its pages (R4 http, "search"; R4 search).</summary>
sealed class SearchInteraction(StoreConnection store, FacadeOptions options, Engines engines, TimeProvider time)
{
    const string PageParameter = "__page";

    // Clients' buffers are 8 MiB (FLARE): a page closes at half of that.
    const int MostPageBytes = 4 * 1024 * 1024;

    // A batch entry is never closed: what is larger than this is refused.
    const int MostNestedBytes = 64 * 1024 * 1024;

    readonly SearchExecutor executor = new(store.Read, options.TimeZone);
    readonly PageTokens tokens = new(store.Read, store.Write);

    /// <param name="typeName">Null: over all types.</param>
    /// <param name="patient">Id of the compartment; null: everywhere.</param>
    public Task<FhirAnswer> AnswerAsync(FhirCall call, string? typeName, string? patient, CancellationToken cancellationToken)
    {
        var scope = SearchScope.Of(typeName, patient);
        return call.Query.Any(pair => pair.Key == PageParameter) ? PageAsync(call, scope, cancellationToken) : FirstAsync(call, scope, cancellationToken);
    }

    async Task<FhirAnswer> FirstAsync(FhirCall call, SearchScope scope, CancellationToken cancellationToken)
    {
        var (isExplained, wanted) = ExplainedAnswer.Take(call.Query, options.Explain);
        var (results, criteria) = ResultParameters.Split(wanted, call.Nested);
        var parsed = scope.Parse(criteria, await ContextAsync(call, criteria, cancellationToken));
        var lenient = call.Lenient ?? options.Lenient;
        var warnings = Refuse(parsed.Problems, lenient);
        if (results.Summary == Summary.Text && parsed.Request.Includes.Count > 0) throw new FhirErrorException(FhirErrors.NoNarrativeOfIncludes);
        if (isExplained) return ExplainedAnswer.Of(await executor.ExplainAsync(parsed.Request, cancellationToken));
        List<KeyValuePair<string, string>> used = [.. parsed.Request.Print(), .. results.Written];
        var self = scope.Link(call.Base, RawQuery.Print(used));
        var answer = results.CountOnly
            ? new FhirAnswer(200, BundleWriter.WriteCount(self, await CountAsync(parsed.Request, cancellationToken), warnings))
            : await SendAsync(new Asked(call, scope, parsed.Request, results, used), self, null, warnings, cancellationToken);
        return answer with { PreferenceApplied = call.Lenient is null ? null : lenient ? "handling=lenient" : "handling=strict" };
    }

    async Task<long> CountAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        var counted = await executor.CountAsync(request, cancellationToken);
        return counted.Problem is null ? counted.Total : throw new FhirErrorException(FhirErrors.Of(counted.Problem));
    }

    async Task<FhirAnswer> PageAsync(FhirCall call, SearchScope asked, CancellationToken cancellationToken)
    {
        var token = call.Query.First(pair => pair.Key == PageParameter).Value;
        if (call.Query.FirstOrDefault(pair => pair.Key is not (PageParameter or "_format" or "_pretty")) is { Key: { } other })
        {
            throw new FhirErrorException(FhirErrors.BadParameter(other, "A page link takes no further parameter."));
        }

        var opened = await tokens.OpenAsync(token, cancellationToken);
        if (opened is OpenedToken.Gone) throw new FhirErrorException(FhirErrors.PageGone);
        if (opened is not OpenedToken.Valid { State: var state } || state.Type != asked.TypeName) throw new FhirErrorException(FhirErrors.BadPage);

        var (scope, query) = asked.Open(state);
        var (results, criteria) = ResultParameters.Split(query);
        var parsed = scope.Parse(criteria, await ContextAsync(call, criteria, cancellationToken));
        if (parsed.Problems.Count > 0) throw new FhirErrorException(FhirErrors.BadPage);
        var self = scope.PageLink(call.Base, $"{PageParameter}={token}");
        var answer = await SendAsync(new Asked(call, scope, parsed.Request, results, query), self, state.Position, [], cancellationToken);
        return answer with { Presentation = call.Query.Any(pair => pair.Key == "_format") ? [] : results.Written };
    }

    /// <param name="Query">As the next page repeats it.</param>
    sealed record Asked(FhirCall Call, SearchScope Scope, SearchRequest Request, ResultParameters Results, IReadOnlyList<KeyValuePair<string, string>> Query);

    async Task<FhirAnswer> SendAsync(Asked asked, string self, PagePosition? position, IReadOnlyList<FhirError> warnings, CancellationToken cancellationToken)
    {
        var (call, results) = (asked.Call, asked.Results);
        var page = await executor.PageAsync(asked.Request with { Elements = ElementFilter.Wanted(results) }, position, results.Count, call.Nested ? MostNestedBytes : MostPageBytes, results.Total, cancellationToken);
        if (page.Problem is not null) throw new FhirErrorException(FhirErrors.Of(page.Problem));
        if (page.Expired) throw new FhirErrorException(FhirErrors.PageGone);
        if (page.IsBehind) throw new FhirErrorException(FhirErrors.ReplicaBehind);
        if (call.Nested && page.Next is not null && page.Resources.Count < results.Count) throw new FhirErrorException(FhirErrors.BatchTooLarge);
        var next = page.Next is null ? null : await NextAsync(asked, page.Next, cancellationToken);
        return new FhirAnswer(200, BundleWriter.Write(call.Base, self, next, page, new AnswerFilters(results, options.Instances), warnings));
    }

    async Task<string> NextAsync(Asked asked, PagePosition position, CancellationToken cancellationToken)
    {
        var token = await tokens.SealAsync(asked.Scope.Close(asked.Query, position), cancellationToken)
            ?? throw new FhirErrorException(FhirErrors.TooLongForPages);
        return asked.Scope.PageLink(asked.Call.Base, $"{PageParameter}={token}");
    }

    async ValueTask<QueryContext> ContextAsync(FhirCall call, IReadOnlyList<KeyValuePair<string, string>> criteria, CancellationToken cancellationToken)
    {
        var context = new QueryContext(options.TimeZone, [call.Base], time) { BodySiteHierarchy = options.BodySiteHierarchy, WithoutInstances = options.CountsOnly };
        if (!criteria.Any(pair => NamesValueSet(pair.Key))) return context;
        var valueSets = (await engines.CurrentAsync(cancellationToken)).ValueSets;
        return context with { ValueSets = canonical => Codes(valueSets.Find(canonical)) };
    }

    static bool NamesValueSet(string name) => name.EndsWith(":in", StringComparison.Ordinal) || name.EndsWith(":not-in", StringComparison.Ordinal);

    // Of a partial set some members are unknown: an answer would miss resources without a word.
    static IReadOnlyList<TokenValue>? Codes(CodeTable? table) =>
        table is { Complete: true } ? [.. table.Systems.SelectMany(system => system.Value.Select(code => new TokenValue(system.Key, code)))] : null;

    // Strict: every problem is an error. Lenient: parameters that may be ignored become warnings, the rest stay errors.
    static List<FhirError> Refuse(IReadOnlyList<QueryProblem> problems, bool lenient)
    {
        var errors = problems.Where(problem => !lenient || !problem.Ignorable).Select(FhirErrors.Of).ToList();
        if (errors.Count > 0) throw new FhirErrorException(errors);
        return [.. problems.Select(FhirErrors.Of)];
    }
}
