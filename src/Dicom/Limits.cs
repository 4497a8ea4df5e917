namespace Dicom2Fhir.Dicom;

/// <summary>Bounds on what one input may cost. They count bytes really received, never lengths an input claims.</summary>
public sealed record Limits
{
    public static Limits Default { get; } = new();

    /// <summary>Nesting levels that are decoded; deeper elements are skipped by a counter. The deepest real header seen has under 10.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>
    /// Header bytes walked through, skipped single values over 64 kB not counted (they cost a seek). A million levels of sequences with their delimiters are
    /// 36 MB and headers of whole slide and enhanced objects reach about 20 MB; 64 MiB walk in well under a second.
    /// </summary>
    public long HeaderBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of one value that is decoded; a longer one is kept without its value. The longest useful texts (reports in UT) are some 100 kB.</summary>
    public int ValueBytes { get; init; } = 1 << 20;

    /// <summary>Bytes of all decoded values together: as text in memory they take up to about twenty times that.</summary>
    public long KeptBytes { get; init; } = 16 << 20;

    /// <summary>
    /// Elements and items kept, what repeats the item before not counted (<see cref="ItemSharing"/>): each costs some 150 bytes. 20,000 frames with 20
    /// attributes that all differ stay below; the largest real headers keep some 10,000.
    /// </summary>
    public int Elements { get; init; } = 400_000;

    /// <summary>Output of a deflated data set. Deflate expands up to 1:1032, so that 64 kB of input can cost 64 MB of work.</summary>
    public long InflatedBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Time one file may take, counted where bytes are waited for: what is here already is walked in well under a second. A header over a stalled network
    /// mount ends here; the slowest tape-backed archives answer within seconds.
    /// </summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Problems reported for one input; a file with more is broken in one way many times.</summary>
    public int Problems { get; init; } = 50;
}
