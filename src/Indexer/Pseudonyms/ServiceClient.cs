using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>What a call gave: the Parameters of the answer, or one sentence. Exactly one of the two.</summary>
/// <param name="Status">0 when there was no answer.</param>
sealed record ServiceAnswer(JsonElement? Parameters, string? Trouble, HttpStatusCode Status);

/// <summary>
/// Calls operations of a pseudonym service: time limit, size limit, a few tries, circuit breaker. Its answers are input like any other: nothing of
/// them is quoted, no redirect is followed with a Patient ID in the body.
/// </summary>
sealed class ServiceClient : IDisposable
{
    // 100 pseudonyms with their parts are 60 kB.
    const int LongestAnswer = 8 * 1024 * 1024;

    const int Tries = 3;

    static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    readonly PseudonymOptions options;
    readonly TimeProvider time;
    readonly HttpClient client;
    readonly CircuitBreaker breaker;

    public ServiceClient(PseudonymOptions options, TimeProvider time)
    {
        (this.options, this.time, breaker) = (options, time, new CircuitBreaker(time));
        client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LongestAnswer,
        };
    }

    /// <summary>Posts Parameters to an operation of the base.</summary>
    public async Task<ServiceAnswer> PostAsync(string operation, byte[] parameters, CancellationToken cancellationToken)
    {
        if (!breaker.MayCall()) return new ServiceAnswer(null, "the pseudonym service was down before and is not asked for half a minute", 0);
        for (var attempt = 1; ; attempt++)
        {
            var (answer, passing, after) = await TryAsync(operation, parameters, cancellationToken);
            if (!passing)
            {
                breaker.Succeeded();
                return answer;
            }

            if (attempt == Tries)
            {
                breaker.Failed();
                return answer;
            }

            await Task.Delay(WaitOf(attempt, after), time, cancellationToken);
        }
    }

    /// <summary>What the service says at a path: tells what it offers, and changes nothing there. Status 0 and "" when it does not answer.</summary>
    public async Task<(HttpStatusCode Status, string Text)> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var limit = Limit(cancellationToken);
        try
        {
            using var request = Request(HttpMethod.Get, path, null);
            using var response = await client.SendAsync(request, limit.Token);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(limit.Token));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or UnauthorizedAccessException or FormatException || IsLate(exception, cancellationToken))
        {
            return (0, "");
        }
    }

    public void Dispose() => client.Dispose();

    async Task<(ServiceAnswer Answer, bool Passing, TimeSpan? After)> TryAsync(string operation, byte[] parameters, CancellationToken cancellationToken)
    {
        using var limit = Limit(cancellationToken);
        try
        {
            using var request = Request(HttpMethod.Post, operation, parameters);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token);
            if (IsPassing(response.StatusCode)) return (Refused(response.StatusCode), true, response.Headers.RetryAfter?.Delta);
            return (response.StatusCode == HttpStatusCode.OK ? await ParametersAsync(response, limit.Token) : Refused(response.StatusCode), false, null);
        }
        catch (Exception exception) when (IsLate(exception, cancellationToken))
        {
            return (new ServiceAnswer(null, FormattableString.Invariant($"the pseudonym service did not answer within {options.Timeout.TotalSeconds:0} s"), 0), true, null);
        }
        catch (HttpRequestException exception)
        {
            return (new ServiceAnswer(null, $"the pseudonym service does not answer ({exception.HttpRequestError})", 0), true, null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return (new ServiceAnswer(null, "the file with the password or token of the pseudonym service cannot be used", 0), false, null);
        }
    }

    CancellationTokenSource Limit(CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Timeout);
        return limit;
    }

    static bool IsLate(Exception exception, CancellationToken cancellationToken) =>
        exception is OperationCanceledException && !cancellationToken.IsCancellationRequested;

    HttpRequestMessage Request(HttpMethod method, string operation, byte[]? parameters)
    {
        var request = new HttpRequestMessage(method, $"{options.Url}/{operation}");
        request.Headers.Accept.ParseAdd("application/fhir+json");
        request.Headers.Authorization =
            options.Token is { } token ? new AuthenticationHeaderValue("Bearer", token.Read())
            : options.User is { } user ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{options.Password!.Read()}")))
            : null;
        if (parameters is null) return request;
        request.Content = new ByteArrayContent(parameters);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
        return request;
    }

    static async Task<ServiceAnswer> ParametersAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("resourceType", out var type) && type.ValueEquals("Parameters")
                && root.TryGetProperty("parameter", out var list) && list.ValueKind == JsonValueKind.Array
                    ? new ServiceAnswer(list.Clone(), null, response.StatusCode)
                    : WrongShape(response.StatusCode);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return WrongShape(response.StatusCode);     // no JSON, no UTF-8, or a resourceType that is no string
        }
    }

    static ServiceAnswer WrongShape(HttpStatusCode status) => new(null, "the answer of the pseudonym service is no FHIR Parameters", status);

    static ServiceAnswer Refused(HttpStatusCode status) => new(
        null,
        FormattableString.Invariant($"the pseudonym service answers {(int)status}") + status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ": check Pseudonyms__User and Pseudonyms__Password, or Pseudonyms__Token",
            >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout => "",
            _ => ": check Pseudonyms__Url and Pseudonyms__Domain",
        },
        status);

    static bool IsPassing(HttpStatusCode status) => status is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
        && status != HttpStatusCode.NotImplemented;

    // Half of it is chance: indexers that failed together do not come again together.
    static TimeSpan WaitOf(int attempt, TimeSpan? asked)
    {
        var wait = asked ?? FirstWait * Math.Pow(4, attempt - 1);
        return (wait < LongestWait ? wait : LongestWait) * (0.5 + (Random.Shared.NextDouble() / 2));
    }
}
