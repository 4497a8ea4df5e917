namespace Dicom2Fhir.Store.Verification;

/// <summary>Something in the database that should not be so.</summary>
/// <param name="Check">One of <see cref="Checks"/>.</param>
/// <param name="Resource">Type/id, a Study Instance UID, or the name of what is wrong.</param>
/// <param name="Text">One sentence, without a value of a header.</param>
public sealed record Violation(string Check, string Resource, string Text);

/// <summary>The names of what verify checks: the closed list of docs/error-codes.md.</summary>
public static class Checks
{
    /// <summary>Numbers of studies, series and instances agree between the kept series and the resources.</summary>
    public const string Counts = "counts";

    /// <summary>A resource of the index equals a fresh mapping of the kept attributes, and none is missing or left over.</summary>
    public const string Mapping = "mapping";

    /// <summary>A document equals its content hash, carries its version and time, and belongs to its row.</summary>
    public const string Content = "content";

    /// <summary>Index rows and bits are those of the document.</summary>
    public const string Index = "index";

    /// <summary>Search numbers, watermark and what waits for the fold agree.</summary>
    public const string Fold = "fold";

    /// <summary>References of indexed resources resolve.</summary>
    public const string Reference = "reference";

    /// <summary>The conformance state equals a fresh judgement.</summary>
    public const string Conformance = "conformance";

    /// <summary>Findings, figures of the report and companions are those of a fresh mapping.</summary>
    public const string Derived = "derived";

    /// <summary>An accepted input has its instance among the kept ones.</summary>
    public const string Ledger = "ledger";

    public static IReadOnlyList<string> All { get; } = [Counts, Mapping, Content, Index, Fold, Reference, Conformance, Derived, Ledger];
}
