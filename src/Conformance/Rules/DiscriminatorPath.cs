using System.Text.RegularExpressions;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Rules;

/// <summary>Steps that a discriminator may take (FHIR R4 profiling, 5.1.0.13, restricted FHIRPath).</summary>
enum StepKind
{
    Child,
    Extension,
    Type,
    Resolve,
}

/// <param name="Text">Element name, extension URL or type; empty for resolve().</param>
readonly record struct PathStep(StepKind Kind, string Text)
{
    public bool Fits(Hl7.Fhir.Model.Base value) =>
        Kind != StepKind.Extension || (value.TryGetValue("url", out var url) && (url as PrimitiveType)?.JsonValue is string text && text == Text);
}

/// <summary>Reads the path of a discriminator.</summary>
static partial class DiscriminatorPath
{
    public static PathStep[] Parse(string path) => [.. Parts().Matches(path).Where(part => part.Value != "$this").Select(Step)];

    static PathStep Step(Match part) => part switch
    {
        _ when part.Groups["url"].Success => new(StepKind.Extension, part.Groups["url"].Value),
        _ when part.Groups["type"].Success => new(StepKind.Type, part.Groups["type"].Value),
        { Value: "resolve()" } => new(StepKind.Resolve, ""),
        _ => new(StepKind.Child, part.Value),
    };

    [GeneratedRegex(@"extension\('(?<url>[^']*)'\)|ofType\((?<type>\w+)\)|resolve\(\)|\$?\w+", RegexOptions.ExplicitCapture)]
    private static partial Regex Parts();
}
