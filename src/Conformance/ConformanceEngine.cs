using System.Collections;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Dicom2Fhir.Conformance.Base;
using Dicom2Fhir.Conformance.Profiles;
using Dicom2Fhir.Conformance.Rules;
using Dicom2Fhir.Conformance.Terminology;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance;

/// <summary>Judges FHIR R4 resources by the base rules of R4 and by the loaded profiles. Immutable; any number of threads may use one engine.</summary>
public sealed class ConformanceEngine
{
    /// <summary>Counts up with every change that can alter a verdict; stored beside each judged resource.</summary>
    public const string Version = "5";

    static readonly Lazy<ConformanceEngine> ShippedEngine = new(() => new([.. ShippedTables.Packages()], new(ShippedTables.ValueSets())));

    readonly FrozenDictionary<string, CompiledProfile[]> profiles;
    readonly FrozenDictionary<string, CompiledProfile> defaults;

    internal ConformanceEngine(IReadOnlyList<ProfilePackage> packages, ValueSets valueSets)
    {
        Packages = packages;
        ValueSets = valueSets;
        var statements = packages.SelectMany(p => p.Profiles.Select(profile => (Profile: profile, Package: $"{p.Name}|{p.Version}")))
            .GroupBy(s => $"{s.Profile.Url}|{s.Profile.Version}", StringComparer.Ordinal).Select(same => same.Last())
            .GroupBy(s => s.Profile.Url, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.OrderByDescending(s => s.Profile.Version, Comparer<string>.Create(Canonical.CompareVersions)).ToArray(), StringComparer.Ordinal);
        var compiler = new ProfileCompiler(canonical => Find(statements, canonical, s => s.Profile.Version).Profile, Find);
        profiles = statements.ToFrozenDictionary(s => s.Key, s => s.Value.Select(v => compiler.Compile(v.Profile, v.Package)).ToArray(), StringComparer.Ordinal);
        defaults = profiles.Values.Select(versions => versions[0]).Where(IsModuleProfile).GroupBy(p => p.Type, StringComparer.Ordinal)
            .Where(one => one.Count() == 1).ToFrozenDictionary(one => one.Key, one => one.Single(), StringComparer.Ordinal);
        Extensions = ExtensionTable.Build(profiles.Values.Where(versions => versions[0].Type == "Extension"));
        Stamp = StampOf(packages.Where(p => p.Sha256.Length > 0));
        Problems = [.. packages.SelectMany(p => p.Problems), .. compiler.Problems.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The engine with our own statement of the MII module Bildgebung (2025.0.2, 2026.0.0, 2027.0.0-ballot).</summary>
    public static ConformanceEngine Shipped => ShippedEngine.Value;

    public IReadOnlyList<ProfilePackage> Packages { get; }

    public ValueSets ValueSets { get; }

    /// <summary>Version of the rules and, where a site loaded packages, their fingerprint: judged by another stamp means judged by other rules.</summary>
    public string Stamp { get; }

    /// <summary>One sentence for every part of a loaded package that is not checked.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>Canonicals with version of all loaded profiles.</summary>
    public IEnumerable<string> Profiles => profiles.Values.SelectMany(versions => versions).Select(p => p.Canonical).Order(StringComparer.Ordinal);

    internal IEnumerable<CompiledProfile> Compiled => profiles.Values.SelectMany(versions => versions);

    internal FrozenDictionary<string, KnownExtension> Extensions { get; }

    /// <summary>This engine with the packages of a site on top; a profile of the same canonical and version is replaced.</summary>
    public ConformanceEngine With(params IReadOnlyList<ProfilePackage> packages) => new([.. Packages, .. packages], ValueSets.With(packages.SelectMany(p => p.ValueSets)));

    /// <summary>Whether a canonical, with or without version, is a loaded profile or a resource type of R4.</summary>
    public bool Knows(string canonical) => Find(canonical) is not null || CoreType(canonical) is not null;

    /// <summary>Judges FHIR JSON. What is not JSON or not FHIR is a report with errors, never an exception.</summary>
    public Report Validate(ReadOnlyMemory<byte> json, ValidateOptions? options = null)
    {
        options ??= ValidateOptions.Default;
        var root = options.Profiles.Select(p => Find(p)?.Type ?? CoreType(p)).FirstOrDefault(type => type is not null) ?? "Resource";
        if (json.Length > options.MaximumBytes)
            return new(false, null, [new(Severity.Error, "too-costly", root, "budget", $"The text is longer than {options.MaximumBytes} bytes.")]);
        var issues = new List<Issue>();
        var resource = ResourceReader.Read(json.Span, root, issues);
        return resource is null ? new(false, null, issues) : Judge(resource, options, issues);
    }

    /// <summary>Judges FHIR JSON text.</summary>
    public Report Validate(string json, ValidateOptions? options = null) => Validate(Encoding.UTF8.GetBytes(json), options);

    /// <summary>Judges a resource the SDK has parsed strictly.</summary>
    public Report Validate(Resource parsed, ValidateOptions? options = null) => Judge(parsed, options ?? ValidateOptions.Default, []);

    /// <summary>Judges FHIR JSON by what it claims; behind that report, what the other loaded versions of the deciding profile say.</summary>
    public IReadOnlyList<Report> ValidateVersions(ReadOnlyMemory<byte> json)
    {
        var report = Validate(json);
        return report.Resource is not null && report.Issues.All(issue => !issue.Rule.StartsWith("parser:", StringComparison.Ordinal)) ? ValidateVersions(report.Resource, json.Span) : [report];
    }

    /// <summary>Judges a resource by what it claims; behind that report, what the other loaded versions of the deciding profile say.</summary>
    /// <param name="json">The text it was parsed from, for the rules of the text; empty when there is none.</param>
    public IReadOnlyList<Report> ValidateVersions(Resource parsed, ReadOnlySpan<byte> json = default, ValidateOptions? options = null)
    {
        options ??= ValidateOptions.Default;
        var parsing = new List<Issue>();
        if (json.Length > 0) ResourceReader.CheckText(json, parsing);
        var walk = new WalkedExtensions();
        var reports = new List<Report> { Judge(parsed, options, parsing, walk) };
        if (reports[0].ProfileJudgedBy is { } decided && profiles.TryGetValue(Canonical.WithoutVersion(decided), out var versions))
            reports.AddRange(versions.Where(v => v.Canonical != decided).Select(v => Judge(parsed, options with { Instead = v }, parsing, walk)));
        return reports;
    }

    /// <summary>Applies the profiles that a resource claims, or the default of its type when none of them is loaded. Returns the first that was applied.</summary>
    internal CompiledProfile? JudgeClaims(Resource resource, Run run)
    {
        CompiledProfile? first = null;
        var missing = false;
        var claims = Claims(resource);
        for (var i = 0; i < claims.Count; i++)
        {
            if ((claims[i] as PrimitiveType)?.JsonValue is not string claim) continue;
            var claimed = Claimed(claim, run.Instead);
            var type = claimed?.Type ?? CoreType(claim);
            if (type is null)
            {
                missing = true;
                run.Warn("not-found", "unresolved-profile", $"The claimed profile {claim} is not loaded.", below: $"meta.profile[{i}]");
            }
            else if (type != resource.TypeName && !IsAncestor(type))
            {
                run.Error("invalid", "type", $"The claimed profile {claim} is for {type}, not for {resource.TypeName}.", below: $"meta.profile[{i}]");
            }
            else if (claimed is not null)
            {
                first ??= claimed;
                claimed.Root.CheckItem(resource, run);
            }
        }
        if (first is null && missing && Default(resource, run.Instead) is { } standard)
        {
            first = standard;
            standard.Root.CheckItem(resource, run);
        }
        return first;
    }

    /// <summary>Whether the package is the one of a profile the resource is judged by.</summary>
    internal static bool IsActive(string package, Run run) => run.ActivePackages.Contains(package);

    /// <param name="walk">Of the same resource under several versions: filled by the first judgement.</param>
    Report Judge(Resource resource, ValidateOptions options, List<Issue> parsing, WalkedExtensions? walk = null)
    {
        var run = new Run(this, options);
        run.Enter(resource.TypeName, -1, TypePlan.Of(resource));
        foreach (var issue in parsing) run.Add(issue);
        var requested = options.Profiles.Select(canonical => (canonical, Profile: Find(canonical))).ToArray();
        Activate(resource, requested.Select(r => r.Profile), run);
        if (walk is { FoundNothing: true })
        {
            run.Container = new(resource);
            walk.Check(run);
        }
        else
        {
            run.Versioned = walk;
            BaseWalk.Resource(resource, run);
            if (walk is not null) walk.FoundNothing = run.Issues.Count == parsing.Count && !run.Stopped && !resource.TryGetValue("contained", out _);
            run.Versioned = null;
            run.Container = new(resource);
        }

        var first = JudgeClaims(resource, run);
        foreach (var (canonical, profile) in requested)
        {
            var type = profile?.Type ?? CoreType(canonical);
            if (type is null) run.Error("not-found", "unresolved-profile", $"The requested profile {canonical} is not loaded.");
            else if (type != resource.TypeName && !IsAncestor(type)) run.Error("invalid", "type", $"The requested profile {canonical} is for {type}, not for {resource.TypeName}.");
            else profile?.Root.CheckItem(resource, run);
        }
        var judgedBy = (requested.Length > 0 ? requested[0].Profile : null) ?? first;
        return new(!run.Failed, judgedBy?.Canonical ?? Canonical.Core + resource.TypeName, Distinct(run.Issues), resource);
    }

    static string StampOf(IEnumerable<ProfilePackage> loaded)
    {
        var names = string.Join('\n', loaded.Select(p => $"{p.Name}|{p.Version}|{p.Sha256}").Order(StringComparer.Ordinal));
        return names.Length == 0 ? Version : $"{Version}+{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(names)))[..16]}";
    }

    void Activate(Resource resource, IEnumerable<CompiledProfile?> requested, Run run)
    {
        foreach (var profile in requested)
            if (profile is not null) run.ActivePackages.Add(profile.Package);
        foreach (var claim in Claims(resource))
            if ((claim as PrimitiveType)?.JsonValue is string canonical && Claimed(canonical, run.Instead) is { } profile) run.ActivePackages.Add(profile.Package);
        if (run.ActivePackages.Count == 0 && Default(resource, run.Instead) is { } standard) run.ActivePackages.Add(standard.Package);
    }

    CompiledProfile? Claimed(string claim, CompiledProfile? instead) =>
        instead is not null && Canonical.WithoutVersion(claim) == instead.Url ? instead : Find(claim);

    CompiledProfile? Default(Resource resource, CompiledProfile? instead) =>
        defaults.GetValueOrDefault(resource.TypeName) is { } standard ? instead?.Url == standard.Url ? instead : standard : null;

    // After parser errors a list may hold nulls, and an element may not be what its property says.
    static IList Claims(Resource resource) =>
        resource.TryGetValue("meta", out var meta) && meta is Meta it && it.TryGetValue("profile", out var claims) && claims is IList list ? list : Array.Empty<object>();

    static List<Issue> Distinct(IReadOnlyList<Issue> issues)
    {
        // A profile that is both claimed and requested says everything twice.
        var seen = new HashSet<Issue>();
        return [.. issues.Where(seen.Add)];
    }

    CompiledProfile? Find(string canonical) => Find(profiles, canonical, p => p.Version);

    static T? Find<T>(IReadOnlyDictionary<string, T[]> byUrl, string canonical, Func<T, string> version)
    {
        if (!byUrl.TryGetValue(Canonical.WithoutVersion(canonical), out var versions)) return default;
        return Canonical.VersionOf(canonical) is { } wanted ? versions.FirstOrDefault(v => version(v) == wanted) : versions[0];
    }

    static string? CoreType(string canonical) => Canonical.CoreName(canonical) is { } name && (TypePlan.IsResource(name) || IsAncestor(name)) ? name : null;

    static bool IsAncestor(string type) => type is "Resource" or "DomainResource";

    static bool IsModuleProfile(CompiledProfile profile) =>
        profile.Type != "Extension" && profile.Url.Contains("/modul-bildgebung/", StringComparison.Ordinal);
}
