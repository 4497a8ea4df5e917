using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>Where the next page starts.</summary>
/// <param name="Horizon">Watermark of the type at the first page.</param>
/// <param name="Last">Search number of the last row shown.</param>
/// <param name="Total">Total counted at the first page, if it was.</param>
public sealed record PagePosition(long Horizon, long Last, long? Total);

/// <summary>When a total is wanted: never; when counting is cheap or the answer fits the page; always.</summary>
public enum TotalMode
{
    None,
    Cheap,
    Accurate,
}

/// <param name="Expired">True when the rows the position needs were removed: 410.</param>
public sealed record SearchPage(IReadOnlyList<StoredResource> Resources, long? Total, PagePosition? Next, bool Expired = false);

/// <summary>Runs searches over what is folded.</summary>
public sealed class SearchExecutor(NpgsqlDataSource database)
{
    /// <summary>A page never holds more than <paramref name="count"/> resources and closes before <paramref name="maxBytes"/> of documents, but never empty.</summary>
    /// <param name="position">Null for the first page.</param>
    public Task<SearchPage> PageAsync(
        SearchRequest request, PagePosition? position, int count, int maxBytes, TotalMode total, CancellationToken cancellationToken) =>
        throw new NotImplementedException(database.ToString());

    /// <summary>The exact number of matches.</summary>
    public Task<long> CountAsync(SearchRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();
}
