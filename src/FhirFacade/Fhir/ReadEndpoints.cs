using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Read by id (R4 http, "read"), conditional on ETag or time. Sees every commit.</summary>
static partial class ReadEndpoints
{
    [GeneratedRegex(@"\A[A-Za-z0-9\-.]{1,64}\z")]
    private static partial Regex Id { get; }

    public static void MapRead(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/{type}/{id}", ["GET", "HEAD"], async (HttpContext context, string type, string id, StoreConnection store) =>
        {
            var served = ServedType.Find(type) ?? throw new FhirErrorException(FhirErrors.UnknownType(type));
            if (id == "_search")
            {
                context.Response.Headers.Allow = "POST";
                throw new FhirErrorException(FhirErrors.NotAllowed(context.Request.Method, "POST"));
            }

            if (id[0] is '_' or '$') throw new FhirErrorException(FhirErrors.NoInteraction(id));
            if (!Id.IsMatch(id)) throw new FhirErrorException(FhirErrors.BadId(id));
            var (results, others) = ResultParameters.Split(RawQuery.Parse(context.Request.QueryString.Value ?? ""));
            if (others.Count > 0) throw new FhirErrorException(FhirErrors.BadParameter(others[0].Key, $"A read takes no parameter '{others[0].Key}'."));
            switch (await new ResourceReader(store.Read).ReadAsync(served, id, context.RequestAborted))
            {
                case ReadResult.Found { Resource: var resource }:
                    await SendAsync(context, resource, ElementFilter.Of(type, results, instances: true));
                    break;
                case ReadResult.Gone:
                    throw new FhirErrorException(FhirErrors.Gone(type, id));
                default:
                    throw new FhirErrorException(FhirErrors.NotFound(type, id));
            }
        });

    static async Task SendAsync(HttpContext context, StoredResource resource, ElementFilter? filter)
    {
        var etag = string.Create(CultureInfo.InvariantCulture, $"W/\"{resource.Version}\"");
        // HTTP dates have seconds: rounded up, so that a version is never taken for an older one of the same second
        var modified = new DateTimeOffset(resource.LastUpdated, TimeSpan.Zero).AddTicks(TimeSpan.TicksPerSecond - 1);
        modified = modified.AddTicks(-(modified.Ticks % TimeSpan.TicksPerSecond));
        context.Response.Headers.ETag = etag;
        context.Response.Headers.LastModified = modified.ToString("R", CultureInfo.InvariantCulture);
        if (Conditional.NotModified(context.Request, etag, modified))
        {
            context.Response.StatusCode = 304;
            return;
        }

        var document = Encoding.UTF8.GetBytes(resource.Document);
        await FhirResponse.SendAsync(context, 200, filter is null ? document : filter.Apply(document));
    }
}

/// <summary>If-None-Match and If-Modified-Since (RFC 9110 section 13; the first wins when both are there).</summary>
static class Conditional
{
    public static bool NotModified(HttpRequest request, string etag, DateTimeOffset? modified)
    {
        var headers = request.GetTypedHeaders();
        if (headers.IfNoneMatch is { Count: > 0 } tags)
        {
            return tags.Any(tag => tag.Tag == "*" || tag.Tag.Value == etag[2..]);
        }

        return modified is not null && headers.IfModifiedSince is { } since && modified <= since;
    }
}
