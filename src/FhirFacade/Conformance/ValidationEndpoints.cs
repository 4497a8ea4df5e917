using Dicom2Fhir.Conformance;
using Dicom2Fhir.FhirFacade.Fhir;
using Dicom2Fhir.Store;
using Hl7.Fhir.Model;
using Npgsql;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.FhirFacade.Conformance;

/// <summary>POST /fhir/{Type}/$validate, GET /fhir/$conformance and POST /validateResource.</summary>
static class ValidationEndpoints
{
    static readonly string[] Modes = ["create", "update", "profile"];

    public static void MapConformance(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(RequestBase.Path + "/{type}/$validate", ValidateAsync);
        routes.MapMethods(RequestBase.Path + "/$conformance", ["GET", "HEAD"], ConformanceAsync);
        routes.MapPost("/validateResource", ValidateResourceAsync);
    }

    // The contract of Blaze and mii-fhir-validator: resource in, OperationOutcome out; 503 makes them fail closed. It stands outside of the FHIR base.
    // Our own profiles are always there; what may be missing are those the site loaded.
    static async Task ValidateResourceAsync(HttpContext context, Engines engines)
    {
        try
        {
            var body = await BodyAsync(context);
            ConformanceEngine engine;
            try
            {
                engine = await engines.CurrentAsync(context.RequestAborted);
            }
            catch (NpgsqlException)
            {
                throw new FhirErrorException(FhirErrors.Unavailable("The loaded profiles cannot be read: the database does not answer."));
            }

            var request = ValidationRequest.Read(body, []);
            await JudgeAsync(context, engine, request with { Resource = request.Resource.IsEmpty ? body : request.Resource }, null);
        }
        catch (FhirErrorException exception) when (!context.Response.HasStarted)
        {
            await FhirResponse.SendErrorsAsync(context, exception.Errors);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == 413 && !context.Response.HasStarted)
        {
            await FhirResponse.SendErrorsAsync(context, [FhirErrors.TooLarge]);
        }
    }

    static async Task ValidateAsync(HttpContext context, string type, Engines engines)
    {
        if (!ModelInfo.IsKnownResource(type)) throw new FhirErrorException(FhirErrors.UnknownType(type));
        var request = ValidationRequest.Read(await BodyAsync(context), RawQuery.Parse(context.Request.QueryString.Value ?? ""));
        var engine = await engines.CurrentAsync(context.RequestAborted);
        if (request.Mode == "delete") throw new FhirErrorException(FhirErrors.BadParameter("mode", "This server deletes nothing, so mode=delete cannot be judged."));
        if (request.Mode is { } mode && !Modes.Contains(mode)) throw new FhirErrorException(FhirErrors.BadParameter("mode", $"'{mode}' is no mode; create, update and profile are."));
        if (request.Mode == "profile" && request.Profile is null) throw new FhirErrorException(FhirErrors.BadParameter("profile", "mode=profile needs a profile."));
        if (request.Resource.IsEmpty) throw new FhirErrorException(FhirErrors.BadRequest("There is no resource to judge."));
        await JudgeAsync(context, engine, request, type);
    }

    static async Task JudgeAsync(HttpContext context, ConformanceEngine engine, ValidationRequest request, string? type)
    {
        if (request.Profile is { } profile && !engine.Knows(profile)) throw new FhirErrorException(FhirErrors.BadParameter("profile", $"The profile {profile} is not loaded."));
        var report = engine.Validate(request.Resource, new ValidateOptions { Profiles = request.Profile is null ? [] : [request.Profile] });
        if (report.Resource is null) throw new FhirErrorException([.. report.Issues.Select(issue => new FhirError(400, issue.Code, issue.Text))]);
        if (type is not null && report.Resource.TypeName != type) throw new FhirErrorException(FhirErrors.BadRequest($"The resource is {report.Resource.TypeName}, the path says {type}."));
        await FhirResponse.SendAsync(context, new FhirAnswer(200, ReportWriter.Write(report)));
    }

    static async Task ConformanceAsync(HttpContext context, StoreConnection store)
    {
        var profiles = await ConformanceRows.ReadAsync(store.Read, context.RequestAborted);
        if (!ConformanceWriter.IsCsv(context.Request))
        {
            await FhirResponse.SendAsync(context, new FhirAnswer(200, ConformanceWriter.Parameters(profiles)));
            return;
        }

        context.Response.ContentType = "text/csv; charset=utf-8; header=present";
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.WriteAsync(ConformanceWriter.Csv(profiles), context.RequestAborted);
    }

    static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpContext context)
    {
        var type = context.Request.ContentType?.Split(';')[0].Trim();
        if (type is not null && !type.Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            throw new FhirErrorException(FhirErrors.WrongBody(type, "a resource as application/fhir+json"));
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.ToArray();
        return bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes.AsMemory(3) : bytes;
    }
}
