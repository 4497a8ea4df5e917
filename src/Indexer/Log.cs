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

    [LoggerMessage(5004, LogLevel.Warning, "Folding waits for the database ({State})")]
    public static partial void FoldWaits(this ILogger logger, string state);
}
