using System.Collections;
using System.Globalization;
using System.Text;
using Dicom2Fhir.Conformance.Base;
using Dicom2Fhir.Conformance.Rules;
using Dicom2Fhir.Conformance.Terminology;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance;

/// <summary>State of one validation: where the walk is, what it found, what it may still spend. Used by one thread.</summary>
sealed class Run(ConformanceEngine engine, ValidateOptions options)
{
    const int DeepestNesting = 8;

    readonly List<Issue> issues = [];
    long started = options.Clock.GetTimestamp();
    Frame[] frames = new Frame[32];
    HashSet<string>? undecided;
    int nodes;
    int nesting;

    public ConformanceEngine Engine => engine;

    public CompiledProfile? Instead => options.Instead;

    public ValueSets Terminology { get; } = options.Terminology ?? engine.ValueSets;

    public IReadOnlyList<Issue> Issues => issues;

    public bool Failed { get; private set; }

    /// <summary>True once a budget is spent; walks return at once.</summary>
    public bool Stopped { get; private set; }

    public int Depth { get; private set; }

    /// <summary>Packages ("name|version") of the profiles the resource is judged by; they decide which version of an extension counts.</summary>
    public List<string> ActivePackages { get; } = [];

    /// <summary>Gets the extensions whose rules depend on the version of the profiles, when others will be asked.</summary>
    public WalkedExtensions? Versioned { get; set; }

    /// <summary>The resource whose contained resources local references mean.</summary>
    public Scope? Container { get; set; }

    public ref readonly Frame Top => ref frames[Depth - 1];

    public ref readonly Frame Above(int levels) => ref frames[Depth - 1 - levels];

    /// <summary>Goes down one element; false when a budget is spent.</summary>
    public bool Enter(string name, int index, TypePlan? plan = null, ElementPlan? element = null)
    {
        if (Depth >= options.MaximumDepth + 32) return Stop($"The resource is nested deeper than {options.MaximumDepth} levels.");
        if ((++nodes & 0xFFF) == 0 && options.Clock.GetElapsedTime(started) > options.TimeLimit)
            return Stop($"The validation took longer than {options.TimeLimit.TotalSeconds:0.#} s.");
        if (Depth == frames.Length) Array.Resize(ref frames, frames.Length * 2);
        frames[Depth++] = new(name, index, plan, element);
        return !Stopped;
    }

    public void Leave() => Depth--;

    /// <summary>Where the walk is.</summary>
    public Frame[] Place() => frames[..Depth];

    /// <summary>Goes to a place of another walk over the same resource.</summary>
    public void Go(Frame[] place)
    {
        if (frames.Length < place.Length) Array.Resize(ref frames, place.Length);
        place.CopyTo(frames, 0);
        Depth = place.Length;
    }

    public void Error(string code, string rule, string text, RuleOrigin? origin = null, string below = "") => Add(Severity.Error, code, rule, text, origin, below);

    public void Warn(string code, string rule, string text, RuleOrigin? origin = null, string below = "") => Add(Severity.Warning, code, rule, text, origin, below);

    /// <summary>Says once per value set that a binding could not be decided.</summary>
    public void Undecided(string valueSet, RuleOrigin origin)
    {
        if ((undecided ??= new(StringComparer.Ordinal)).Add(valueSet))
            Warn("informational", "binding-undecided", $"The codes at hand do not decide the value set {valueSet}.", origin);
    }

    /// <summary>Says once that a profile which a value has to satisfy is not loaded.</summary>
    public void Unresolved(string profile, RuleOrigin origin)
    {
        if ((undecided ??= new(StringComparer.Ordinal)).Add(profile)) Warn("informational", "unresolved-profile", $"The profile {profile} is not loaded.", origin);
    }

    /// <summary>Says once that an invariant could not be evaluated.</summary>
    public void Unevaluated(string key, RuleOrigin origin)
    {
        if ((undecided ??= new(StringComparer.Ordinal)).Add(key)) Warn("informational", "invariant-undecided", $"The invariant {key} cannot be evaluated.", origin);
    }

    public void Add(Issue issue)
    {
        Failed |= issue.Severity == Severity.Error;
        if (issues.Count < options.MaximumIssues) issues.Add(issue);
        else if (Failed) Stopped = true;
    }

    /// <summary>Whether a value satisfies the rules of the profile, without reporting what it breaks.</summary>
    public bool Conforms(Hl7.Fhir.Model.Base value, CompiledProfile profile)
    {
        // A profile whose slices ask for itself would go on for ever.
        if (nesting >= DeepestNesting) return true;
        var inner = new Run(engine, options) { Container = Container, nesting = nesting + 1, started = started, nodes = nodes };
        inner.Enter(value.TypeName, -1, TypePlan.Of(value));
        profile.Root.CheckItem(value, inner);
        nodes = inner.nodes;
        return !inner.Failed;
    }

    public string Expression(string below = "")
    {
        var text = new StringBuilder();
        for (var i = 0; i < Depth; i++)
        {
            if (i > 0) text.Append('.');
            text.Append(frames[i].Name);
            if (frames[i].Index >= 0) text.Append(CultureInfo.InvariantCulture, $"[{frames[i].Index}]");
        }
        if (below.Length > 0) text.Append('.').Append(below);
        return text.ToString();
    }

    void Add(Severity severity, string code, string rule, string text, RuleOrigin? origin, string below) =>
        Add(new(severity, code, Expression(below), rule, text, origin?.Profile, origin?.Element));

    bool Stop(string text)
    {
        if (!Stopped) Add(new(Severity.Error, "too-costly", frames[0].Name, "budget", text));
        Stopped = true;
        return false;
    }

    public readonly record struct Frame(string Name, int Index, TypePlan? Plan, ElementPlan? Element);
}

/// <summary>A resource with its contained ones, and the local references seen in it.</summary>
sealed class Scope(Resource root)
{
    readonly HashSet<string> referenced = new(StringComparer.Ordinal);

    public Resource Root => root;

    public void Saw(string localReference) => referenced.Add(localReference);

    public bool IsReferenced(string id) => referenced.Contains("#" + id);

    public Resource? Contained(ReadOnlySpan<char> id)
    {
        if (root is not DomainResource domain || !domain.TryGetValue("contained", out var value) || value is not IList list) return null;
        foreach (var entry in list)
            if (entry is Resource contained && IdOf(contained) is { } own && id.SequenceEqual(own)) return contained;
        return null;
    }

    public static string? IdOf(Resource resource) => resource.TryGetValue("id", out var id) ? (id as PrimitiveType)?.JsonValue as string : null;
}
