using Dicom2Fhir.Conformance.Rules;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Base;

/// <summary>Rules of extensions by their URL: known or not, context, modifier, and the content their definition asks for.</summary>
static class ExtensionRules
{
    public static void Check(Extension extension, bool asModifier, Run run)
    {
        if (!extension.TryGetValue("url", out var value) || (value as PrimitiveType)?.JsonValue is not string url) return;
        if (!run.Engine.Extensions.TryGetValue(url, out var known))
        {
            Unknown(url, asModifier, run);
            return;
        }
        if (asModifier != known.IsModifier)
            run.Error("extension", "modifier-extension", asModifier ? $"The extension {url} is no modifier extension." : $"The modifier extension {url} stands under extension.");
        if (!InContext(known.Contexts, run))
            run.Error("extension", "extension-context", $"The extension {url} is not defined for this place.");
        if (known.Profiles.Length > 1) run.Versioned?.Add(extension, known, run);
        Content(extension, known, run);
    }

    static void Unknown(string url, bool asModifier, Run run)
    {
        if (asModifier) run.Error("extension", "modifier-extension", $"The modifier extension {url} is not known, so its meaning cannot be ignored.");
        else if (url.Contains('|', StringComparison.Ordinal) && run.Engine.Extensions.ContainsKey(Canonical.WithoutVersion(url)))
            run.Error("extension", "fixed", "The URL of an extension carries no version.", below: "url");
        else if (url.Contains(':', StringComparison.Ordinal)) run.Warn("extension", "unknown-extension", $"The extension {url} is not known.");
    }

    /// <summary>The part of the rules that depends on the version of the profiles.</summary>
    public static void Content(Extension extension, KnownExtension known, Run run)
    {
        var judged = false;
        foreach (var profile in known.Profiles)
        {
            if (!ConformanceEngine.IsActive(profile.Package, run)) continue;
            judged = true;
            profile.Root.CheckItem(extension, run);
        }
        if (!judged) known.Profiles[0].Root.CheckItem(extension, run);
    }

    /// <summary>Whether one of the contexts names the element that holds the extension (FHIR R4 profiling, Extension Context).</summary>
    static bool InContext(string[] contexts, Run run)
    {
        if (contexts.Length == 0) return true;
        ref readonly var holder = ref run.Above(1);
        foreach (var context in contexts)
        {
            if (context == "Element" || context == holder.Plan?.Path || context == holder.Element?.Path) return true;
            if (holder.Plan is { } plan && (context == plan.Name || plan.Ancestors.Contains(context))) return true;
        }
        return contexts.Contains(PathInResource(run), StringComparer.Ordinal);
    }

    static string PathInResource(Run run)
    {
        var path = "";
        for (var up = 1; up < run.Depth; up++)
        {
            ref readonly var frame = ref run.Above(up);
            var isResource = frame.Plan is { } plan && TypePlan.IsResource(plan.Name);
            path = (isResource ? frame.Plan!.Name : frame.Name) + (path.Length > 0 ? "." : "") + path;
            if (isResource) return path;
        }
        return path;
    }
}

/// <summary>An extension the engine has a definition of.</summary>
/// <param name="Profiles">Compiled definitions, newest first.</param>
sealed record KnownExtension(string[] Contexts, bool IsModifier, CompiledProfile[] Profiles);
