namespace Dicom2Fhir.FhirFacade;

static partial class Log
{
    [LoggerMessage(6001, LogLevel.Error, "Request {Id} failed")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string id);

    [LoggerMessage(6002, LogLevel.Warning, "Not ready: {Reason}")]
    public static partial void NotReady(this ILogger logger, string reason);

    [LoggerMessage(6003, LogLevel.Warning, "Background work waits: {Reason}")]
    public static partial void BackgroundFailed(this ILogger logger, string reason);

    [LoggerMessage(6005, LogLevel.Warning, "{Count} resources are unchecked or were judged by other rules; 'dicom2fhir conformance' judges them anew while this server runs")]
    public static partial void Stale(this ILogger logger, long count);

    [LoggerMessage(6004, LogLevel.Warning, "No metrics on port {Port}: {Reason}. Choose another by Metrics__Port, 0 for none")]
    public static partial void NoMetrics(this ILogger logger, int port, string reason);
}
