using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dicom2Fhir.UnitTests.Indexer.Pseudonyms;

/// <summary>A pseudonym service over real HTTP on loopback, which does what a test tells it.</summary>
sealed class FakeGateway : IAsyncDisposable
{
    readonly WebApplication application;
    int inFlight;
    int calls;

    FakeGateway(WebApplication application) => this.application = application;

    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>Answers a call; the parameters' values by name.</summary>
    public Func<HttpContext, IReadOnlyList<(string Name, string Value)>, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>What GET of a path answers; 404 without an entry.</summary>
    public Dictionary<string, (int Status, string Text)> Gets { get; } = [];

    public int Calls => calls;

    public int MostInFlight { get; private set; }

    public ConcurrentBag<string> Authorizations { get; } = [];

    public static async Task<FakeGateway> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var gateway = new FakeGateway(application);
        application.Run(gateway.HandleAsync);
        await application.StartAsync();
        gateway.Url = new Uri(application.Urls.Single() + "/fhir/gpas");
        return gateway;
    }

    /// <summary>One parameter 'pseudonym' with its three parts, as the gateway writes it.</summary>
    public static object Pseudonym(string original, string pseudonym, string target = "domain") => new
    {
        name = "pseudonym",
        part = new[] { Part("target", target), Part("original", original), Part("pseudonym", pseudonym) },
    };

    public static Task WriteAsync(HttpContext context, IEnumerable<object> parameters)
    {
        context.Response.ContentType = "application/fhir+json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(new { resourceType = "Parameters", parameter = parameters }));
    }

    public static Task RefuseAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync("""{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception","diagnostics":"original 4711"}]}""");
    }

    public async ValueTask DisposeAsync() => await application.DisposeAsync();

    static object Part(string name, string value) => new { name, valueIdentifier = new { system = "https://ths-greifswald.de/gpas", value } };

    async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Method == "GET")
        {
            var (status, text) = Gets.GetValueOrDefault(context.Request.Path.Value!, (404, ""));
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(text);
            return;
        }

        Interlocked.Increment(ref calls);
        var now = Interlocked.Increment(ref inFlight);
        lock (application) MostInFlight = Math.Max(MostInFlight, now);
        Authorizations.Add(context.Request.Headers.Authorization.ToString());
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            await Answer(context, [.. body.RootElement.GetProperty("parameter").EnumerateArray().Select(item => (item.GetProperty("name").GetString()!, item.GetProperty("valueString").GetString()!))]);
        }
        finally
        {
            Interlocked.Decrement(ref inFlight);
        }
    }
}
