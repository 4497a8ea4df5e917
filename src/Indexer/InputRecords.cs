using Dicom2Fhir.Indexer.Pseudonyms;
using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.Indexer;

/// <summary>
/// Ledger rows of inputs. Their names and what could not be stored appear as hashes made with the pseudonym key: a path may hold a name and a header is
/// short, so that plain hashes could be tested against guesses.
/// </summary>
/// <param name="keepNames">False: no name beside its hash.</param>
sealed class InputRecords(KeyedHash key, bool keepNames)
{
    /// <summary>Key of the ledger: names may be longer than an index entry, and may have to stay out of the database.</summary>
    public byte[] NameHash(string name) => key.InputName(name);

    public InputRecord Of(HeaderResult result) => Of(result.Input, result.Outcome, result.Reason, result.Text, result.Digest);

    /// <param name="digest">SHA-256 of the content; null where it is unknown.</param>
    public InputRecord Of(Input input, string outcome, string? reason, string? text, byte[]? digest = null) => new()
    {
        NameHash = NameHash(input.Name),
        Name = keepNames ? Printable(input.Name) : null,
        Size = input.Size,
        Modified = input.Modified,
        Outcome = outcome,
        Reason = reason,
        Text = text,
        Hash = digest is null ? null : key.Content(digest),
        Container = input.Container is { } container ? NameHash(container.Name) : null,
    };

    public KnownContainer Container(Input input) => new(NameHash(input.Name), input.Size, input.Modified);

    // PostgreSQL takes no U+0000; U+FFFD stands for bytes of a file name that are no text.
    static string Printable(string name) => name.Replace("\0", "", StringComparison.Ordinal).Replace('\uFFFD', '?');
}
