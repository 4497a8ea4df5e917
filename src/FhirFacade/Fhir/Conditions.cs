using Microsoft.Net.Http.Headers;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>If-None-Match and If-Modified-Since (RFC 9110 section 13; the first wins when both are there).</summary>
sealed record Conditions(IReadOnlyList<EntityTagHeaderValue> NoneMatch, DateTimeOffset? ModifiedSince)
{
    public static Conditions None { get; } = new([], null);

    public static Conditions Of(HttpRequest request)
    {
        var headers = request.GetTypedHeaders();
        return new Conditions([.. headers.IfNoneMatch], headers.IfModifiedSince);
    }

    /// <summary>Of Bundle.entry.request.ifNoneMatch.</summary>
    public static Conditions Of(string? noneMatch) =>
        noneMatch is not null && EntityTagHeaderValue.TryParseList([noneMatch], out var tags) ? new Conditions([.. tags], null) : None;

    /// <param name="etag">Weak: W/"version".</param>
    public bool NotModified(string etag, DateTimeOffset? modified) =>
        NoneMatch.Count > 0
            ? NoneMatch.Any(tag => tag.Tag == "*" || tag.Tag.Value == etag[2..])
            : modified is not null && ModifiedSince is { } since && modified <= since;
}
