using Dicom2Fhir.Store.Search;
using Dicom2Fhir.Store.Verification;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store;

/// <summary>
/// A resource to be written, made ready apart from any transaction (<see cref="WritePreparer"/>): its text and its index entries. It does not hold the parsed resource, which
/// takes thirty times the memory of its text.
/// </summary>
public sealed class PreparedWrite
{
    Resource? resource;
    NumberedEntries? numbered;

    internal PreparedWrite(ServedType type, Resource resource, ResourceText text, Origin origin, ConformanceState conformance)
    {
        this.resource = resource;
        (Type, Id, Text, Origin, Conformance) = (type, resource.Id!, text, origin, conformance);
        StudyKey = KeyOf(resource);
    }

    public ServedType Type { get; }

    public string Id { get; }

    public Origin Origin { get; }

    public ConformanceState Conformance { get; }

    /// <summary>The study identifier by which the two origins are kept apart; null when it has none.</summary>
    public string? StudyKey { get; }

    internal ResourceText Text { get; }

    /// <summary>The entries that are known before the resource is written, from their extraction until their terms have numbers.</summary>
    internal IndexEntries? Entries { get; private set; }

    internal static PreparedWrite Of(ResourceWrite write) => new(write.Type, write.Resource, ResourceText.Parse(write.Json), write.Origin, write.Conformance);

    /// <summary>The study identifier of a resource.</summary>
    internal static string? KeyOf(Resource resource) =>
        resource is ImagingStudy study && study.Identifier.FirstOrDefault(identifier => identifier.System == "urn:dicom:uid")?.Value is { } value && StoredText.IsIndexable(value) ? value : null;

    /// <summary>Those entries, when their terms have the numbers of this server.</summary>
    internal NumberedEntries? Numbered(TermNumbers numbers) => numbered?.By == numbers ? numbered : null;

    /// <summary>Makes the entries; when their terms are known already they are numbered too.</summary>
    internal void Extract(IndexExtractor extractor, TermNumbers numbers)
    {
        // parsed again only when it was numbered for a server that is another by now
        Entries ??= PendingRow.Indexable(extractor.OfContent(Type, resource ?? StoredDocument.Parse(Text.Content)!));
        resource = null;
        Number(numbers);
    }

    /// <summary>Does nothing while a term has no number.</summary>
    internal void Number(TermNumbers numbers)
    {
        if (Entries is null || NumberedEntries.Of(Entries, numbers) is not { } found) return;
        numbered = found;
        Entries = null;
    }
}
