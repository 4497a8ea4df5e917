using System.Diagnostics;
using Dicom2Fhir.FhirFacade.Conformance;
using Npgsql;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Every error under the FHIR base leaves as an OperationOutcome, the framework's own included.</summary>
static class ErrorHandling
{
    // PostgreSQL error classes (appendix A) in which the server, not the statement, is at fault: connection, login, unknown database, resources,
    // operator intervention, system; and a replica that is not yet promoted.
    static readonly string[] ServerFaults = ["08", "28", "3D", "53", "57", "58", PostgresErrorCodes.ReadOnlySqlTransaction];

    public static void UseFhirErrors(this WebApplication app)
    {
        var readiness = app.Services.GetRequiredService<Readiness>();
        app.Use(async (context, next) =>
        {
            context.Response.Headers["X-Request-Id"] = Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
            if (!context.Request.Path.StartsWithSegments(RequestBase.Path, out var rest))
            {
                await next(context);
                return;
            }

            try
            {
                if (rest != "/$conformance" || !ConformanceWriter.IsCsv(context.Request)) Negotiation.Use(context);
                if (rest != "/metadata" && await readiness.NeverReadyAsync(context.RequestAborted) is { } reason) throw new FhirErrorException(FhirErrors.Unavailable(reason));
                await next(context);
            }
            catch (Exception exception) when (!context.Response.HasStarted)
            {
                await AnswerAsync(context, exception, app.Logger);
            }
        });
    }

    static Task AnswerAsync(HttpContext context, Exception exception, ILogger logger)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested) return Task.CompletedTask;
        var errors = Errors(exception);
        if (IsFault(exception, errors)) logger.RequestFailed(exception, context.Response.Headers["X-Request-Id"].ToString());
        if (errors[0].Status == 406) Negotiation.UseJson(context);
        return FhirResponse.SendErrorsAsync(context, errors);
    }

    /// <summary>True for what the operator has to see.</summary>
    public static bool IsFault(Exception exception, IReadOnlyList<FhirError> errors) => errors[0].Status >= 500 && exception is not FhirErrorException;

    /// <summary>What a caller is told of an exception: never SQL, a stack or a value of somebody else.</summary>
    internal static IReadOnlyList<FhirError> Errors(Exception exception) => exception switch
    {
        FhirErrorException fhir => fhir.Errors,
        BadHttpRequestException { StatusCode: 413 } => [FhirErrors.TooLarge],
        BadHttpRequestException { StatusCode: 408 } => [FhirErrors.TooSlow],
        BadHttpRequestException bad => [FhirErrors.BadRequest(bad.Message)],
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => [FhirErrors.Unavailable("The search took too long; narrow it down.")],
        NpgsqlException { InnerException: TimeoutException } => [FhirErrors.Unavailable("The database did not answer in time; narrow the search down or try again.")],
        PostgresException fault when fault.IsTransient || Array.Exists(ServerFaults, code => fault.SqlState.StartsWith(code, StringComparison.Ordinal)) => [FhirErrors.Unavailable("The database does not answer; try again.")],
        PostgresException => [FhirErrors.Internal],
        NpgsqlException => [FhirErrors.Unavailable("The database does not answer; try again.")],
        _ => [FhirErrors.Internal],
    };
}
