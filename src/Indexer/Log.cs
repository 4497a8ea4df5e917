using Microsoft.Extensions.Logging;

namespace Dicom2Fhir.Indexer;

static partial class Log
{
    [LoggerMessage(5001, LogLevel.Warning, "{Count} inputs of a batch are withheld; status --inputs --outcome quarantined names them")]
    public static partial void Withheld(this ILogger logger, int count);

    [LoggerMessage(5002, LogLevel.Warning, "The database did not take a batch ({State}), try {Attempt}")]
    public static partial void BatchRetried(this ILogger logger, string state, int attempt);

    [LoggerMessage(5003, LogLevel.Error, "The database refuses a value of a study ({State}): quarantined")]
    public static partial void StudyRefused(this ILogger logger, string state);

    [LoggerMessage(5005, LogLevel.Information, "{Count} stored resources were judged anew")]
    public static partial void Revalidated(this ILogger logger, long count);

    [LoggerMessage(5004, LogLevel.Warning, "Folding waits for the database ({State})")]
    public static partial void FoldWaits(this ILogger logger, string state);

    [LoggerMessage(5020, LogLevel.Error, "The mapping file changed and is not taken, the one before stays in use: {Problems}")]
    public static partial void MappingFileKept(this ILogger logger, string problems);

    [LoggerMessage(5021, LogLevel.Warning, "The mapping file {Path} can be read by everybody on this machine")]
    public static partial void OpenToOthers(this ILogger logger, string path);

    [LoggerMessage(5022, LogLevel.Warning, "Patient IDs travel to the pseudonym service unencrypted: use https where others share the network")]
    public static partial void ServiceInTheClear(this ILogger logger);
}
