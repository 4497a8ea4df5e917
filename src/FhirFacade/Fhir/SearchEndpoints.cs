using System.Globalization;
using System.Text;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Search by GET and POST (R4 http, "search"; R4 search).</summary>
static class SearchEndpoints
{
    const string PageParameter = "__page";

    // Clients' buffers are 8 MiB (FLARE): a page closes at half of that.
    const int MostPageBytes = 4 * 1024 * 1024;

    const string FormType = "application/x-www-form-urlencoded";

    public static void MapSearch(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/{type}", ["GET", "HEAD"], (HttpContext context, string type, Searches searches) =>
            searches.AnswerAsync(context, type, RawQuery.Parse(context.Request.QueryString.Value ?? "")));
        routes.MapPost("/{type}/_search", async (HttpContext context, string type, Searches searches) =>
        {
            List<KeyValuePair<string, string>> query = [.. RawQuery.Parse(context.Request.QueryString.Value ?? ""), .. RawQuery.Parse(await FormAsync(context))];
            await searches.AnswerAsync(context, type, query);
        });
    }

    static async Task<string> FormAsync(HttpContext context)
    {
        var type = context.Request.ContentType;
        var hasBody = context.Request.ContentLength is not (null or 0) || context.Request.Headers.TransferEncoding.Count > 0;
        if (type is null && !hasBody) return "";
        if (type is null || !type.Split(';')[0].Trim().Equals(FormType, StringComparison.OrdinalIgnoreCase)) throw new FhirErrorException(FhirErrors.WrongBody(type));
        using var reader = new StreamReader(context.Request.Body, new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            return (await reader.ReadToEndAsync(context.RequestAborted)).TrimEnd('\r', '\n');
        }
        catch (DecoderFallbackException)
        {
            throw new FhirErrorException(FhirErrors.BadRequest("The form is not UTF-8."));
        }
    }

    /// <summary>Answers searches and their pages.</summary>
    internal sealed class Searches(StoreConnection store, FacadeOptions options, TimeProvider time)
    {
        readonly SearchExecutor executor = new(store.Read, options.TimeZone);
        readonly PageTokens tokens = new(store.Read, store.Write);

        public Task AnswerAsync(HttpContext context, string typeName, List<KeyValuePair<string, string>> query)
        {
            var type = ServedType.Find(typeName) ?? throw new FhirErrorException(FhirErrors.UnknownType(typeName));
            return query.Any(pair => pair.Key == PageParameter) ? PageAsync(context, type, query) : FirstAsync(context, type, query);
        }

        async Task FirstAsync(HttpContext context, ServedType type, List<KeyValuePair<string, string>> query)
        {
            var fhirBase = RequestBase.Of(context, options);
            var (results, criteria) = ResultParameters.Split(query);
            var parsed = QueryStringParser.Parse(type, criteria, new QueryContext(options.TimeZone, [fhirBase], time));
            var warnings = Refuse(context, parsed.Problems);
            List<KeyValuePair<string, string>> used = [.. parsed.Request.Print(), .. results.Written];
            var self = Link(fhirBase, type, RawQuery.Print(used));
            if (results.CountOnly)
            {
                var counted = await executor.CountAsync(parsed.Request, context.RequestAborted);
                if (counted.Problem is not null) throw new FhirErrorException([FhirErrors.Of(counted.Problem)]);
                await FhirResponse.SendAsync(context, 200, BundleWriter.WriteCount(self, counted.Total, warnings));
                return;
            }

            await SendPageAsync(context, fhirBase, type, parsed.Request, results, used, self, null, warnings);
        }

        async Task PageAsync(HttpContext context, ServedType type, List<KeyValuePair<string, string>> query)
        {
            var token = query.First(pair => pair.Key == PageParameter).Value;
            if (query.Find(pair => pair.Key is not (PageParameter or "_format" or "_pretty")) is { Key: { } other }) throw new FhirErrorException(FhirErrors.BadParameter(other, "A page link takes no further parameter."));
            var opened = await tokens.OpenAsync(token, context.RequestAborted);
            if (opened is OpenedToken.Gone) throw new FhirErrorException(FhirErrors.PageGone);
            if (opened is not OpenedToken.Valid { State: var state } || state.Type != type.Name) throw new FhirErrorException(FhirErrors.BadPage);

            var fhirBase = RequestBase.Of(context, options);
            var (results, criteria) = ResultParameters.Split(state.Query);
            var parsed = QueryStringParser.Parse(type, criteria, new QueryContext(options.TimeZone, [fhirBase], time));
            if (parsed.Problems.Count > 0) throw new FhirErrorException(FhirErrors.BadPage);
            Negotiation.Use(context, results.Written);
            var self = Link(fhirBase, type, $"{PageParameter}={token}");
            await SendPageAsync(context, fhirBase, type, parsed.Request, results, state.Query, self, state.Position, []);
        }

        async Task SendPageAsync(
            HttpContext context, Uri fhirBase, ServedType type, SearchRequest request, ResultParameters results,
            IReadOnlyList<KeyValuePair<string, string>> used, string self, PagePosition? position, IReadOnlyList<FhirError> warnings)
        {
            var page = await executor.PageAsync(request, position, results.Count, MostPageBytes, results.Total, context.RequestAborted);
            if (page.Problem is not null) throw new FhirErrorException([FhirErrors.Of(page.Problem)]);
            if (page.Expired) throw new FhirErrorException(FhirErrors.PageGone);
            string? next = null;
            if (page.Next is not null)
            {
                var token = await tokens.SealAsync(new PageState(type.Name, used, page.Next), context.RequestAborted)
                    ?? throw new FhirErrorException(FhirErrors.TooLongForPages);
                next = Link(fhirBase, type, $"{PageParameter}={token}");
            }

            var filter = ElementFilter.Of(type.Name, results, options.Instances);
            await FhirResponse.SendAsync(context, 200, BundleWriter.Write(fhirBase, self, next, page, filter, warnings));
        }

        // Strict: every problem is an error. Lenient: parameters that may be ignored become warnings, the rest stay errors.
        List<FhirError> Refuse(HttpContext context, IReadOnlyList<QueryProblem> problems)
        {
            var lenient = Handling(context) ?? options.Lenient;
            var errors = problems.Where(problem => !lenient || !problem.Ignorable).Select(FhirErrors.Of).ToList();
            if (errors.Count > 0) throw new FhirErrorException(errors);
            return [.. problems.Select(FhirErrors.Of)];
        }

        // Prefer may hold several preferences (RFC 7240); an unknown handling is no preference.
        static bool? Handling(HttpContext context)
        {
            var preferences = context.Request.Headers["Prefer"].ToString()
                .Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return preferences.Contains("handling=lenient") ? true : preferences.Contains("handling=strict") ? false : null;
        }

        static string Link(Uri fhirBase, ServedType type, string query) =>
            string.Create(CultureInfo.InvariantCulture, $"{RequestBase.Text(fhirBase)}/{type.Name}{(query.Length > 0 ? "?" : "")}{query}");
    }
}
