using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search;

/// <summary>Makes the index entries of a resource by the rows of <see cref="SearchParameters"/>.</summary>
public sealed class IndexExtractor(TimeZoneInfo zone)
{
    /// <param name="lastUpdated">Of the version being written.</param>
    public IndexEntries Extract(ServedType type, Resource resource, DateTime lastUpdated) => throw new NotImplementedException(zone.Id);
}
