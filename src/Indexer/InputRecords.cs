using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.Indexer;

/// <summary>Ledger rows of inputs.</summary>
static class InputRecords
{
    public static InputRecord Of(Input input, string outcome, string? reason, string? text, bool keepNames) => new()
    {
        NameHash = input.NameHash,
        Name = keepNames ? Printable(input.Name) : null,
        Size = input.Size,
        Modified = input.Modified,
        Outcome = outcome,
        Reason = reason,
        Text = text,
        Container = input.Container?.NameHash,
    };

    public static KnownContainer Container(Input input) => new(input.NameHash, input.Size, input.Modified);

    // PostgreSQL takes no U+0000; U+FFFD stands for bytes of a file name that are no text.
    static string Printable(string name) => name.Replace("\0", "", StringComparison.Ordinal).Replace('\uFFFD', '?');
}
