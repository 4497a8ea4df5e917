using System.Text;
using Microsoft.Extensions.Logging;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>
/// Pseudonyms of a CSV, read again when its time or size changes. A changed file that is wrong or away is not taken: the one before stays in use, and
/// the log says what is wrong.
/// </summary>
sealed class FilePseudonyms : IPseudonymService
{
    readonly string path;
    readonly ILogger logger;
    IReadOnlyDictionary<string, string> pseudonyms;
    (DateTime Modified, long Size) version;

    FilePseudonyms(string path, ILogger logger, IReadOnlyDictionary<string, string> pseudonyms, (DateTime, long) version) =>
        (this.path, this.logger, this.pseudonyms, this.version) = (path, logger, pseudonyms, version);

    /// <exception cref="SettingException">The file cannot be read or has problems; names each with its line.</exception>
    public static FilePseudonyms Open(string path, ILogger logger)
    {
        var version = VersionOf(path);
        var (file, problem) = Load(path);
        if (file is null) throw new SettingException($"Pseudonyms__File {path}: {problem}.");
        if (OperatingSystem.IsLinux() && (File.GetUnixFileMode(path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0) logger.OpenToOthers(path);
        return new FilePseudonyms(path, logger, file, version);
    }

    public Task<IReadOnlyDictionary<PatientKey, PseudonymAnswer>> FindAsync(IReadOnlyCollection<PatientKey> patients, CancellationToken cancellationToken)
    {
        Reload();
        return Task.FromResult<IReadOnlyDictionary<PatientKey, PseudonymAnswer>>(patients.ToDictionary(
            patient => patient,
            patient => pseudonyms.TryGetValue(patient.Id, out var pseudonym) ? PseudonymAnswer.Of(pseudonym) : PseudonymAnswer.None("the mapping file does not have this patient")));
    }

    void Reload()
    {
        var now = VersionOf(path);
        if (now == version) return;
        version = now;
        var (file, problem) = Load(path);
        if (file is null) logger.MappingFileKept(problem!);
        else pseudonyms = file;
    }

    static (IReadOnlyDictionary<string, string>? Pseudonyms, string? Problem) Load(string path)
    {
        try
        {
            using var reader = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
            var file = PseudonymFile.Read(reader);
            return file.Problems.Count > 0 ? (null, string.Join("; ", file.Problems)) : (file.Pseudonyms, null);
        }
        catch (DecoderFallbackException)
        {
            return (null, "it is not UTF-8");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, exception is UnauthorizedAccessException ? "it cannot be read: no permission" : "it cannot be read");
        }
    }

    // A file that is away has a version too: the year 1601.
    static (DateTime, long) VersionOf(string path)
    {
        var info = new FileInfo(path);
        return (info.LastWriteTimeUtc, info.Exists ? info.Length : -1);
    }
}
