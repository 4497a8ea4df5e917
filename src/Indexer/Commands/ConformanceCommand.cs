using System.Globalization;
using System.Text.Json;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>conformance: which rule is broken, where and how often, by version of each profile; what is not judged yet is judged before.</summary>
static class ConformanceCommand
{
    public static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        await session.RevalidateAsync(await session.GateAsync(cancellationToken), cancellationToken);
        var profiles = await ConformanceRows.ReadAsync(session.Store.Database, cancellationToken);
        if (session.Json) Console.Out.WriteLine(JsonSerializer.Serialize(Shape(profiles)));
        else foreach (var profile in profiles) Print(profile);
        return 0;
    }

    static object Shape(IReadOnlyList<ProfileConformance> profiles) => new
    {
        profiles = profiles.Select(profile => new
        {
            profile = profile.Profile,
            version = profile.Version,
            @checked = profile.Checked,
            valid = profile.Valid,
            decided = profile.Decided,
            rules = profile.Rules.Select(rule => new
            {
                rule = rule.Rule, expression = rule.Expression, severity = rule.Severity, count = rule.Count, examples = rule.Examples,
            }),
        }),
    };

    static void Print(ProfileConformance profile)
    {
        var would = profile.Decided == 0 ? "would fail" : "fail";
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{profile.Profile[(profile.Profile.LastIndexOf('/') + 1)..]} {profile.Version}: {profile.Checked} checked, {profile.Checked - profile.Valid} {would}"));
        foreach (var rule in profile.Rules)
        {
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {rule.Severity,-12}{rule.Count,8}  {rule.Rule}  {rule.Expression}  for example {string.Join(' ', rule.Examples.Take(3))}"));
        }
    }
}
