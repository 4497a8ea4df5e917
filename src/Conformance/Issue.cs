namespace Dicom2Fhir.Conformance;

/// <summary>Weight of an issue; only an error turns the verdict.</summary>
public enum Severity
{
    Information,
    Warning,
    Error,
}

/// <summary>One finding of a validation.</summary>
/// <param name="Code">OperationOutcome issue type (FHIR R4 value set issue-type): structure, required, value, invariant, code-invalid, extension, not-found, too-costly, informational.</param>
/// <param name="Expression">FHIRPath of the element with indices; the resource type alone for the resource itself.</param>
/// <param name="Rule">Kind and key of the rule, for example "cardinality", "binding:required", "ext-1".</param>
/// <param name="Text">One plain sentence.</param>
/// <param name="Profile">Canonical with version of the profile that demands it; null for FHIR R4 itself.</param>
/// <param name="Element">Element id in that profile; null for FHIR R4 itself.</param>
public sealed record Issue(Severity Severity, string Code, string Expression, string Rule, string Text, string? Profile = null, string? Element = null);
