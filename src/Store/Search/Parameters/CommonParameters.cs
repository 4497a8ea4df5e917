using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search.Parameters;

/// <summary>Rows that every type has (R4 search 3.1.1.4.1).</summary>
static class CommonParameters
{
    const string Resource = DefinedBy.Hl7 + "Resource-";

    public static IEnumerable<SearchParameter> Of(ServedType type) =>
    [
        new(type, ["_id"], SearchKind.Token, SearchStorage.Resource, resource => [resource.IdElement], Resource + "id", "Id of the resource.") { IsBare = true },
        new(type, ["_lastUpdated"], SearchKind.Date, SearchStorage.Calendar, resource => [resource.Meta?.LastUpdated is { } at ? new FhirDateTime(ResourceText.Instant(at.UtcDateTime)) : null], Resource + "lastUpdated",
            "When the current version was stored.") { IsOfWriting = true },
        new(type, ["_profile"], SearchKind.Uri, SearchStorage.Terms, resource => resource.Meta?.ProfileElement ?? [], Resource + "profile",
            "Profile the resource claims; without a version any version matches, :below takes a major or minor version."),
        new(type, ["_source"], SearchKind.Uri, SearchStorage.Terms, resource => [resource.Meta?.SourceElement], Resource + "source", "Where the resource comes from."),
        new(type, ["_tag"], SearchKind.Token, SearchStorage.Terms, resource => resource.Meta?.Tag ?? [], Resource + "tag", "Tags of the resource.") { HasText = true },
        new(type, ["_security"], SearchKind.Token, SearchStorage.Terms, resource => resource.Meta?.Security ?? [], Resource + "security", "Security labels of the resource.") { HasText = true },
    ];
}
