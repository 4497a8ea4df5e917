using System.Text;
using System.Text.RegularExpressions;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Store;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Indexer.Conformance;

/// <summary>What the rules say of a resource that is about to be stored.</summary>
/// <param name="Fault">Place and rule of the first error, without a value of the resource; null when there is none.</param>
sealed record Judged(ConformanceState State, string? Fault)
{
    public bool IsValid => Fault is null;
}

/// <summary>
/// Judges what is about to be stored (design decision 6): only errors count. What has one is withheld or, with Conformance__OnFailure=tag, stored with
/// a tag in meta.
/// </summary>
sealed partial class WriteGate(ConformanceEngine engine, bool tagFailures)
{
    /// <summary>True: a resource with an error is stored and tagged; false: it is withheld.</summary>
    public bool TagFailures { get; } = tagFailures;

    /// <param name="json">The text of an import, UTF-8; nothing for a mapped resource.</param>
    public Judged Judge(Resource resource, ReadOnlySpan<byte> json = default) => Judged(engine.ValidateVersions(resource, json));

    /// <summary>The answer to a stored text.</summary>
    public Judged Judge(string json) => Judged(engine.ValidateVersions(Encoding.UTF8.GetBytes(json)));

    /// <summary>The stamp of the rules.</summary>
    public string Stamp => engine.Stamp;

    Judged Judged(IReadOnlyList<Report> reports)
    {
        var state = new ConformanceState((short)reports[0].Verdict, reports[0].ProfileJudgedBy, engine.Stamp) { Answers = [.. reports.Select(Answer)] };
        return new Judged(state, reports[0].Valid ? null : Fault(reports[0]));
    }

    static ProfileAnswer Answer(Report report) => new(
        report.ProfileJudgedBy ?? "",
        report.Valid,
        [.. report.Issues.GroupBy(issue => (issue.Rule, Expression: WithoutIndices(issue.Expression), Severity: Severities.Word(issue.Severity)))
            .OrderBy(group => group.Key.Expression, StringComparer.Ordinal).ThenBy(group => group.Key.Rule, StringComparer.Ordinal).ThenBy(group => group.Key.Severity, StringComparer.Ordinal)
            .Select(group => new RuleCount(group.Key.Rule, group.Key.Expression, group.Key.Severity, group.Count()))]);

    static string Fault(Report report)
    {
        var errors = report.Issues.Where(issue => issue.Severity == Severity.Error).ToList();
        var more = errors.Count > 1 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $" and {errors.Count - 1} more") : "";
        return $"{errors[0].Expression} breaks {errors[0].Rule}{more}";
    }

    static string WithoutIndices(string expression) => expression.Contains('[', StringComparison.Ordinal) ? Index.Replace(expression, "") : expression;

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Index { get; }
}
