namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>What is offered where: the table of paths, for HTTP requests and batch entries alike.</summary>
sealed class Interactions(ReadInteraction reads, SearchInteraction searches, DefinitionInteraction definitions, BatchInteraction batches, FacadeOptions options)
{
    const string Reading = "GET, HEAD";

    delegate Task<FhirAnswer> Answer(FhirCall call, CancellationToken cancellationToken);

    /// <param name="Allow">The methods of the path, as the header Allow has them.</param>
    sealed record Route(string Allow, Answer? Read, Answer? Post = null);

    /// <exception cref="FhirErrorException">Every refusal.</exception>
    public Task<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancellationToken)
    {
        var route = Find(call);
        var answer = call.Method switch
        {
            "GET" or "HEAD" => route?.Read,
            "POST" => route?.Post,
            _ => null,
        };
        return answer is not null ? answer(call, cancellationToken) : throw Refused(call, route);
    }

    Route? Find(FhirCall call) => call.Segments switch
    {
        [] when call.Nested => new Route(Reading, Search(null)),
        [] => new Route("GET, HEAD, POST", call.Query.Count == 0 ? At(ToMetadata) : Search(null), (asked, token) => batches.AnswerAsync(this, asked, token)),
        ["metadata"] => new Route(Reading, At(asked => MetadataInteraction.Answer(asked, options.CountsOnly))),
        ["_search"] => new Route("POST", null, Search(null)),
        [var type] when DefinitionInteraction.Serves(type) => new Route(Reading, Define(type)),
        [var type, "_search"] when DefinitionInteraction.Serves(type) => new Route("POST", null, Define(type)),
        [var type, var id] when DefinitionInteraction.Serves(type) && IsName(id) => new Route(Reading, (asked, token) => definitions.ReadAsync(asked, type, id, token)),
        [var type] when IsName(type) => new Route(Reading, Search(type)),
        [var type, "_search"] when IsName(type) => new Route("POST", null, Search(type)),
        [var type, var id] when IsName(type) && IsName(id) => new Route(Reading, (asked, token) => reads.AnswerAsync(asked, type, id, token)),
        ["Patient", var id, var type] when IsName(id) && IsName(type) => new Route(Reading, Search(type, id)),
        ["Patient", var id, var type, "_search"] when IsName(id) && IsName(type) => new Route("POST", null, Search(type, id)),
        _ => null,
    };

    Answer Search(string? type, string? patient = null) => (call, token) => searches.AnswerAsync(call, type, patient, token);

    Answer Define(string type) => (call, token) => definitions.SearchAsync(call, type, token);

    // What is known without the database.
    static Answer At(Func<FhirCall, FhirAnswer> answer) => (call, _) => Task.FromResult(answer(call));

    static FhirAnswer ToMetadata(FhirCall call) => new(302, default) { Location = $"{RequestBase.Text(call.Base)}/metadata" };

    // Operations and history begin with $ and _.
    static bool IsName(string segment) => segment[0] is not ('_' or '$');

    // Portals take 404 for a passing fault and try again: it is left to reads and paths that mean nothing.
    static FhirErrorException Refused(FhirCall call, Route? route)
    {
        var path = "/" + string.Join('/', call.Segments);
        if (route is not null) return new FhirErrorException(FhirErrors.NotAllowed(call.Method, route.Allow));
        if (call.Method is "GET" or "HEAD" && call.Segments.All(IsName)) return new FhirErrorException(FhirErrors.NoRoute(path));
        return new FhirErrorException(FhirErrors.NoInteraction(path));
    }
}
