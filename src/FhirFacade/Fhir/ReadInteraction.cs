using System.Globalization;
using System.Text.RegularExpressions;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Read by id (R4 http, "read"), conditional on ETag or time. Sees every commit.</summary>
sealed partial class ReadInteraction(StoreConnection store)
{
    [GeneratedRegex(@"\A[A-Za-z0-9\-.]{1,64}\z")]
    private static partial Regex Id { get; }

    public async Task<FhirAnswer> AnswerAsync(FhirCall call, string typeName, string id, CancellationToken cancellationToken)
    {
        var type = ServedType.Find(typeName) ?? throw new FhirErrorException(FhirErrors.UnknownType(typeName));
        var results = Check(call, id);
        return await new ResourceReader(store.Read).ReadAsync(type, id, cancellationToken) switch
        {
            ReadResult.Found { Resource: var resource } => Answer(call, resource, ElementFilter.Of(typeName, results, instances: true)),
            ReadResult.Gone => throw new FhirErrorException(FhirErrors.Gone(typeName, id)),
            _ => throw new FhirErrorException(FhirErrors.NotFound(typeName, id)),
        };
    }

    /// <summary>The parameters that shape the answer of a read.</summary>
    /// <exception cref="FhirErrorException">400: the id is none, or there is another parameter.</exception>
    public static ResultParameters Check(FhirCall call, string id)
    {
        if (!Id.IsMatch(id)) throw new FhirErrorException(FhirErrors.BadId(id));
        var (results, others) = ResultParameters.Split(call.Query);
        return others.Count == 0 ? results : throw new FhirErrorException(FhirErrors.BadParameter(others[0].Key, $"A read takes no parameter '{others[0].Key}'."));
    }

    static FhirAnswer Answer(FhirCall call, StoredResource resource, ElementFilter? filter)
    {
        var etag = string.Create(CultureInfo.InvariantCulture, $"W/\"{resource.Version}\"");
        // HTTP dates have seconds: rounded up, so that a version is never taken for an older one of the same second
        var modified = new DateTimeOffset(resource.LastUpdated, TimeSpan.Zero).AddTicks(TimeSpan.TicksPerSecond - 1);
        modified = modified.AddTicks(-(modified.Ticks % TimeSpan.TicksPerSecond));
        if (call.Conditions.NotModified(etag, modified)) return new FhirAnswer(304, null) { ETag = etag, LastModified = modified };

        return new FhirAnswer(200, filter is null ? (JsonBody)resource.Document : filter.Apply(resource.Document.Span)) { ETag = etag, LastModified = modified };
    }
}
