namespace Dicom2Fhir.Mapping;

public enum FindingSeverity
{
    Information,
    Warning,
    Error,
}

/// <summary>Something a header said that could not go into the resource as it stands; counted and shown, never dropped in silence.</summary>
/// <param name="Code">Short word of a closed list (docs/error-codes.md): unmapped, varies, guard ...</param>
/// <param name="Where">Attribute keyword or FHIR path; with the series or SOP UID where it concerns one.</param>
public sealed record Finding(string Code, FindingSeverity Severity, string Where, string Text);
