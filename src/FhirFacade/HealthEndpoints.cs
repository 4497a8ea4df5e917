using System.Text.Json;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.FhirFacade;

/// <summary>/livez: the process runs. /readyz (also /healthz, /health): searches can be answered, or why not.</summary>
static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/livez", () => Results.Text("ok\n"));
        foreach (var path in new[] { "/readyz", "/healthz", "/health" })
        {
            routes.MapGet(path, async (HttpContext context, StoreConnection store, FacadeOptions options) =>
            {
                var reason = await store.NotReadyAsync(options.TimeZone, context.RequestAborted);
                if (reason is not null) context.Response.Headers.RetryAfter = "5";
                return Results.Text(
                    JsonSerializer.Serialize(new Dictionary<string, string?> { ["status"] = reason is null ? "ready" : "not ready", ["reason"] = reason }),
                    "application/json", statusCode: reason is null ? 200 : 503);
            });
        }
    }
}
