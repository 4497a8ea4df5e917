using System.Diagnostics;
using System.Text.Json;
using Npgsql;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Every error under the FHIR base leaves as an OperationOutcome, the framework's own included.</summary>
static class ErrorHandling
{
    public static void UseFhirErrors(this WebApplication app) => app.Use(async (context, next) =>
    {
        context.Response.Headers["X-Request-Id"] = Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
        if (!context.Request.Path.StartsWithSegments(RequestBase.Path))
        {
            await next(context);
            return;
        }

        try
        {
            Negotiation.Use(context);
            await next(context);
            if (!context.Response.HasStarted && context.Response.StatusCode is 404 or 405 && context.Response.ContentLength is null) await UnroutedAsync(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, exception, app.Logger);
        }
    });

    static Task UnroutedAsync(HttpContext context)
    {
        var request = context.Request;
        if (context.Response.StatusCode == 405 || !HttpMethods.IsGet(request.Method))
        {
            var allowed = request.Path.Value!.EndsWith("/_search", StringComparison.Ordinal) ? "POST" : "GET, HEAD";
            context.Response.Headers.Allow = allowed;
            return FhirResponse.SendErrorsAsync(context, [FhirErrors.NotAllowed(request.Method, allowed)]);
        }

        return FhirResponse.SendErrorsAsync(context, [FhirErrors.NoRoute(request.Path)]);
    }

    static Task AnswerAsync(HttpContext context, Exception exception, ILogger logger)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested) return Task.CompletedTask;
        var errors = exception switch
        {
            FhirErrorException fhir => fhir.Errors,
            BadHttpRequestException { StatusCode: 413 } => [FhirErrors.TooLarge],
            BadHttpRequestException bad => [FhirErrors.BadRequest(bad.Message)],
            JsonException => [FhirErrors.Internal],
            PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => [FhirErrors.Unavailable("The search took too long; narrow it down.")],
            PostgresException { IsTransient: false } => (IReadOnlyList<FhirError>)[FhirErrors.Internal],
            NpgsqlException => [FhirErrors.Unavailable("The database does not answer; try again.")],
            _ => [FhirErrors.Internal],
        };
        if (errors[0].Status >= 500) logger.RequestFailed(exception, context.Response.Headers["X-Request-Id"].ToString());
        if (errors[0].Status == 406) context.Items[nameof(Format)] = Format.Json;
        context.Response.Headers.Remove("ETag");
        return FhirResponse.SendErrorsAsync(context, errors);
    }
}
