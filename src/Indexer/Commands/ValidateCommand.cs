using System.Text.Encodings.Web;
using System.Text.Json;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Conformance.Profiles;
using Dicom2Fhir.Conformance.Terminology;
using Dicom2Fhir.Indexer.Conformance;
using Dicom2Fhir.Indexer.Import;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>validate FILE... [--profile URL] [--terminology none|DIR]: one JSON line a resource; nothing is stored.</summary>
static class ValidateCommand
{
    // Read by people and programs, never as HTML.
    static readonly JsonSerializerOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> RunAsync(IndexerOptions options, IReadOnlyList<string> files, string? profile, string? terminology, CancellationToken cancellationToken)
    {
        var engine = await LoadedEngine.WithoutSessionAsync(options, cancellationToken);
        if (profile is not null && !engine.Knows(profile))
        {
            await Console.Error.WriteLineAsync($"The profile {profile} is not loaded; 'dicom2fhir profiles list' names those that are.");
            return 2;
        }

        var validate = new ValidateOptions { Profiles = profile is null ? [] : [profile], Terminology = Terminology(engine, terminology) };
        var failed = false;
        foreach (var file in files)
        {
            try
            {
                await foreach (var item in new ImportSource(lines: false).ItemsAsync(file, cancellationToken)) failed |= !Judge(item, engine, validate);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"{file} cannot be read: {(Directory.Exists(file) ? "it is a folder; validate takes files" : exception.Message)}");
                failed = true;
            }
        }

        return failed ? 1 : 0;
    }

    static ValueSets? Terminology(ConformanceEngine engine, string? terminology)
    {
        if (terminology is null) return null;
        if (terminology == "none") return engine.ValueSets.WithoutExternal();
        if (!Directory.Exists(terminology)) throw new SettingException($"--terminology takes none or a folder of ValueSets; {terminology} is no folder.");
        return engine.ValueSets.With(PackageReader.ReadValueSets(terminology));
    }

    static bool Judge(ImportItem item, ConformanceEngine engine, ValidateOptions options)
    {
        if (item.IsDelete && item.Json.IsEmpty) return true;
        var report = item.Json.IsEmpty ? Unreadable(item) : engine.Validate(item.Json, options);
        var line = new
        {
            source = item.Name,
            id = report.Id,
            profile = report.ProfileJudgedBy ?? (options.Profiles is [var asked, ..] ? asked : null),
            valid = report.Valid,
            issues = report.Issues.Select(issue => new
            {
                severity = Severities.Word(issue.Severity), code = issue.Code, expression = issue.Expression, rule = issue.Rule, text = issue.Text,
            }),
        };
        Console.Out.WriteLine(JsonSerializer.Serialize(line, Writing));
        return report.Valid;
    }

    static Report Unreadable(ImportItem item) => new(false, null,
        [new(Severity.Error, "structure", "Resource", item.Reason ?? Reasons.NotFhir, item.Reason is null ? "There is no resource." : $"The text cannot be read: {item.Reason}.")]);
}
