using System.Collections.Frozen;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Base;

/// <summary>What a reference says about the type of its target, without resolving anything outside the resource.</summary>
static class LocalReference
{
    static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> ResourceTypes =
        ModelInfo.SupportedResources.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The target's type from the URL or the contained resource; else from Reference.type; else null.</summary>
    public static string? TargetType(ResourceReference reference, Run run) => TypeOfUrl(Url(reference), run) ?? StatedType(reference);

    /// <summary>The contained resource a reference names; null when it names none.</summary>
    public static Resource? Contained(ResourceReference reference, Run run) =>
        Url(reference) is ['#', _, ..] url ? run.Container?.Contained(url.AsSpan(1)) : null;

    public static string? Url(ResourceReference reference) =>
        reference.TryGetValue("reference", out var value) ? (value as PrimitiveType)?.JsonValue as string : null;

    /// <summary>Resource type named by Reference.type, as a name or as the R4 canonical.</summary>
    public static string? StatedType(ResourceReference reference) =>
        reference.TryGetValue("type", out var value) && (value as PrimitiveType)?.JsonValue is string type ? Canonical.CoreName(type) ?? type : null;

    public static string? TypeOfUrl(string? url, Run run)
    {
        if (string.IsNullOrEmpty(url) || url.StartsWith("urn:", StringComparison.Ordinal)) return null;
        if (url[0] == '#') return url.Length == 1 ? run.Container?.Root.TypeName : run.Container?.Contained(url.AsSpan(1))?.TypeName;
        var path = url.AsSpan();
        if (path.IndexOfAny('?', '#') is var cut and >= 0) path = path[..cut];
        if (path.IndexOf("/_history/", StringComparison.Ordinal) is var history and >= 0) path = path[..history];
        var slash = path.LastIndexOf('/');
        if (slash <= 0) return null;
        var type = path[..slash];
        type = type[(type.LastIndexOf('/') + 1)..];
        return ResourceTypes.TryGetValue(type, out var name) ? name : null;
    }

    /// <summary>R4 rules of every reference: ref-1, agreement of type and URL, target types of the element.</summary>
    public static void Check(ResourceReference reference, ElementPlan? element, Run run)
    {
        var url = Url(reference);
        if (url is ['#', ..])
        {
            run.Container?.Saw(url);
            if (url.Length > 1 && run.Container?.Contained(url.AsSpan(1)) is null)
                run.Error("invariant", "ref-1", $"The reference {url} names no contained resource.");
        }
        var fromUrl = TypeOfUrl(url, run);
        var stated = StatedType(reference);
        if (fromUrl is not null && stated is not null && fromUrl != stated)
            run.Error("value", "reference-target", $"The reference points to {fromUrl} but says its type is {stated}.");
        if (element?.Targets is not { } targets) return;
        if ((fromUrl ?? stated) is { } type && !targets.Contains(type))
            run.Error("value", "reference-target", $"FHIR R4 allows no reference to {type} here.");
    }
}
