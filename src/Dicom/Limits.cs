namespace Dicom2Fhir.Dicom;

/// <summary>Bounds on what one input may cost.</summary>
public sealed record Limits
{
    public static Limits Default { get; } = new();

    /// <summary>Nesting levels that are decoded; deeper elements are skipped by a counter. The deepest real header seen has under 10.</summary>
    public int Depth { get; init; } = 64;
}
