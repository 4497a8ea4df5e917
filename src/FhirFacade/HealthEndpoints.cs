using System.Text.Json;

namespace Dicom2Fhir.FhirFacade;

/// <summary>/livez: the process runs. /readyz (also /healthz, /health): searches can be answered, or why not.</summary>
static class HealthEndpoints
{
    // Health checks of containers often use HEAD.
    static readonly string[] Methods = ["GET", "HEAD"];

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/livez", Methods, () => Results.Text("ok\n"));
        foreach (var path in new[] { "/readyz", "/healthz", "/health" })
        {
            routes.MapMethods(path, Methods, async (HttpContext context, Readiness readiness) =>
            {
                var reason = await readiness.NotReadyAsync(context.RequestAborted);
                if (reason is not null) context.Response.Headers.RetryAfter = "5";
                var answer = new Dictionary<string, object?> { ["status"] = reason is null ? "ready" : "not ready", ["reason"] = reason };
                if (reason is null && await readiness.LagAsync(context.RequestAborted) is { } lag) answer["replicaLagSeconds"] = Math.Round(lag, 3);
                return Results.Text(JsonSerializer.Serialize(answer), "application/json", statusCode: reason is null ? 200 : 503);
            });
        }
    }
}
