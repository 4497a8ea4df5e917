using System.Text.Json;
using Dicom2Fhir.Store.Outlines;

namespace Dicom2Fhir.Store.Verification;

/// <summary>A row against its own document.</summary>
public static class DocumentCheck
{
    public static IEnumerable<Violation> Check(ResourceRow row)
    {
        if (row.Deleted)
        {
            if (row.ContentHash.Length > 0) yield return Wrong(row, "deleted, but it has a content hash");
            if (row.FormNumber is not null || row.Outline is not null) yield return Wrong(row, "deleted, but its outline is there");
            yield break;
        }

        if (row.Document is null) yield break;      // the state check says so
        if (Text(row.Document) is not { } text)
        {
            yield return Wrong(row, "the document is no resource");
            yield break;
        }

        if (!text.Hash.AsSpan().SequenceEqual(row.ContentHash)) yield return Wrong(row, "the document does not have its content hash");
        else if (text.WithVersion(row.Version, row.LastUpdated) != row.Document) yield return Wrong(row, "the document carries another version or time than its row");
        else if (!HasItsOutline(row)) yield return Wrong(row, "the outline is not that of the document");
        foreach (var violation in Identity(row)) yield return violation;
    }

    /// <summary>Hash of the content of a text that is about to be compared.</summary>
    public static byte[] Hash(string json) => ResourceText.Parse(json).Hash;

    // A document without an outline is answered from itself.
    static bool HasItsOutline(ResourceRow row) => row.FormNumber is null
        ? row.Outline is null
        : Outline.Split(row.Type, row.Id, row.Version, row.LastUpdated, row.Document!) is { } own && own == (row.Form, row.Outline);

    static IEnumerable<Violation> Identity(ResourceRow row)
    {
        if (StoredDocument.Parse(row.Document!) is not { } resource) yield break;
        if (resource.TypeName != row.Type.Name || resource.Id != row.Id) yield return Wrong(row, "the document is of another type or id than its row");
        if (PreparedWrite.KeyOf(resource) != row.StudyKey) yield return Wrong(row, "the study key is not the identifier of the document");
    }

    static ResourceText? Text(string document)
    {
        try
        {
            return ResourceText.Parse(document);
        }
        catch (Exception exception) when (exception is StoreException or JsonException)
        {
            return null;
        }
    }

    static Violation Wrong(ResourceRow row, string text) => new(Checks.Content, row.Name, text);
}
