namespace Dicom2Fhir.Dicom;

/// <summary>Bounds on what one input may cost. Real headers stay far below each of them.</summary>
public sealed record Limits
{
    public static Limits Default { get; } = new();

    /// <summary>Nesting levels that are decoded; deeper elements are skipped by a counter. The deepest real header seen has under 10.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Elements of a header. A million frames of functional groups have fewer; a million nested levels fit.</summary>
    public int Elements { get; init; } = 8_000_000;

    /// <summary>Bytes of one kept value; a longer one is left out with a problem. Texts of the read set are under 10 kB.</summary>
    public int ValueBytes { get; init; } = 1024 * 1024;

    /// <summary>Bytes of all kept values together.</summary>
    public long KeptBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes a deflated data set may unpack to before its pixel data: 64 MiB is twenty times the largest real header seen.</summary>
    public long InflatedBytes { get; init; } = 64 * 1024 * 1024;
}
