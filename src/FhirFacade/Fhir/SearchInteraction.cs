using System.Globalization;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Search and its pages (R4 http, "search"; R4 search).</summary>
sealed class SearchInteraction(StoreConnection store, FacadeOptions options, TimeProvider time)
{
    const string PageParameter = "__page";

    // Clients' buffers are 8 MiB (FLARE): a page closes at half of that. A batch entry is never closed.
    const int MostPageBytes = 4 * 1024 * 1024;

    readonly SearchExecutor executor = new(store.Read, options.TimeZone);
    readonly PageTokens tokens = new(store.Read, store.Write);

    /// <param name="typeName">Null: over all types.</param>
    /// <param name="patient">Id of the compartment; null: everywhere.</param>
    public Task<FhirAnswer> AnswerAsync(FhirCall call, string? typeName, string? patient, CancellationToken cancellationToken)
    {
        if (typeName is null || patient is not null) throw new FhirErrorException(FhirErrors.NoInteraction("a search over all types"));
        var type = ServedType.Find(typeName) ?? throw new FhirErrorException(Hl7.Fhir.Model.ModelInfo.SupportedResources.Contains(typeName) ? FhirErrors.TypeNotSearched(typeName) : FhirErrors.UnknownType(typeName));
        return call.Query.Any(pair => pair.Key == PageParameter) ? PageAsync(call, type, cancellationToken) : FirstAsync(call, type, cancellationToken);
    }

    async Task<FhirAnswer> FirstAsync(FhirCall call, ServedType type, CancellationToken cancellationToken)
    {
        var (results, criteria) = ResultParameters.Split(call.Query, call.Nested);
        var parsed = QueryStringParser.Parse(type, criteria, Context(call));
        var lenient = call.Lenient ?? options.Lenient;
        var warnings = Refuse(parsed.Problems, lenient);
        List<KeyValuePair<string, string>> used = [.. parsed.Request.Print(), .. results.Written];
        var self = Link(call.Base, type, RawQuery.Print(used));
        var answer = results.CountOnly
            ? new FhirAnswer(200, BundleWriter.WriteCount(self, await CountAsync(parsed.Request, cancellationToken), warnings))
            : await PageAsync(call, type, parsed.Request, results, used, self, null, warnings, cancellationToken);
        return answer with { PreferenceApplied = call.Lenient is null ? null : lenient ? "handling=lenient" : "handling=strict" };
    }

    async Task<long> CountAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        var counted = await executor.CountAsync(request, cancellationToken);
        return counted.Problem is null ? counted.Total : throw new FhirErrorException([FhirErrors.Of(counted.Problem)]);
    }

    async Task<FhirAnswer> PageAsync(FhirCall call, ServedType type, CancellationToken cancellationToken)
    {
        var token = call.Query.First(pair => pair.Key == PageParameter).Value;
        if (call.Query.FirstOrDefault(pair => pair.Key is not (PageParameter or "_format" or "_pretty")) is { Key: { } other })
        {
            throw new FhirErrorException(FhirErrors.BadParameter(other, "A page link takes no further parameter."));
        }

        var opened = await tokens.OpenAsync(token, cancellationToken);
        if (opened is OpenedToken.Gone) throw new FhirErrorException(FhirErrors.PageGone);
        if (opened is not OpenedToken.Valid { State: var state } || state.Type != type.Name) throw new FhirErrorException(FhirErrors.BadPage);

        var (results, criteria) = ResultParameters.Split(state.Query, nested: false);
        var parsed = QueryStringParser.Parse(type, criteria, Context(call));
        if (parsed.Problems.Count > 0) throw new FhirErrorException(FhirErrors.BadPage);
        var self = Link(call.Base, type, $"{PageParameter}={token}");
        var answer = await PageAsync(call, type, parsed.Request, results, state.Query, self, state.Position, [], cancellationToken);
        return answer with { Presentation = call.Query.Any(pair => pair.Key == "_format") ? [] : results.Written };
    }

    async Task<FhirAnswer> PageAsync(
        FhirCall call, ServedType type, SearchRequest request, ResultParameters results, IReadOnlyList<KeyValuePair<string, string>> used, string self,
        PagePosition? position, IReadOnlyList<FhirError> warnings, CancellationToken cancellationToken)
    {
        var page = await executor.PageAsync(request, position, results.Count, call.Nested ? int.MaxValue : MostPageBytes, results.Total, cancellationToken);
        if (page.Problem is not null) throw new FhirErrorException([FhirErrors.Of(page.Problem)]);
        if (page.Expired) throw new FhirErrorException(FhirErrors.PageGone);
        string? next = null;
        if (page.Next is not null)
        {
            var token = await tokens.SealAsync(new PageState(type.Name, used, page.Next), cancellationToken)
                ?? throw new FhirErrorException(FhirErrors.TooLongForPages);
            next = Link(call.Base, type, $"{PageParameter}={token}");
        }

        var filter = ElementFilter.Of(type.Name, results, options.Instances);
        return new FhirAnswer(200, BundleWriter.Write(call.Base, self, next, page, filter, warnings));
    }

    QueryContext Context(FhirCall call) => new(options.TimeZone, [call.Base], time);

    // Strict: every problem is an error. Lenient: parameters that may be ignored become warnings, the rest stay errors.
    static List<FhirError> Refuse(IReadOnlyList<QueryProblem> problems, bool lenient)
    {
        var errors = problems.Where(problem => !lenient || !problem.Ignorable).Select(FhirErrors.Of).ToList();
        if (errors.Count > 0) throw new FhirErrorException(errors);
        return [.. problems.Select(FhirErrors.Of)];
    }

    static string Link(Uri fhirBase, ServedType type, string query) =>
        string.Create(CultureInfo.InvariantCulture, $"{RequestBase.Text(fhirBase)}/{type.Name}{(query.Length > 0 ? "?" : "")}{query}");
}
