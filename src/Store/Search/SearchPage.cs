namespace Dicom2Fhir.Store.Search;

/// <summary>Where the next page starts.</summary>
/// <param name="Horizons">Watermarks of the types searched, at the first page.</param>
/// <param name="Search">Which of the types is being read.</param>
/// <param name="Last">Search number of the last row shown.</param>
/// <param name="Keys">With _sort: its sort values; null where it has none.</param>
/// <param name="Total">Total counted at the first page, if it was.</param>
public sealed record PagePosition(IReadOnlyList<long> Horizons, int Search, long Last, IReadOnlyList<string?>? Keys, long? Total);

/// <summary>When a total is wanted: never; when counting is cheap or the answer fits the page; always.</summary>
public enum TotalMode
{
    None,
    Cheap,
    Accurate,
}

/// <param name="Expired">True when the rows the position needs were removed, or were lost with the server they were read from: 410.</param>
/// <param name="IsBehind">True when this copy of the database has not yet what the position was read from: 503.</param>
/// <remarks>Disposing gives the memory of the documents back: nothing of the page may be read then.</remarks>
public sealed record SearchPage(IReadOnlyList<StoredResource> Resources, long? Total, PagePosition? Next, bool Expired = false, bool IsBehind = false) : IDisposable
{
    internal DocumentMemory? Memory { get; init; }

    /// <summary>What _include and _revinclude bring along: no match of this page, nothing twice.</summary>
    public IReadOnlyList<StoredResource> Included { get; init; } = [];

    /// <summary>Set when the database refuses the search: a chain into a type of which nothing was stored, too much to sort or to include. 400.</summary>
    public QueryProblem? Problem { get; init; }

    public void Dispose() => Memory?.Dispose();

    internal static SearchPage Refused(QueryProblem problem) => new([], null, null) { Problem = problem };
}

/// <param name="Problem">As that of <see cref="SearchPage"/>.</param>
public sealed record SearchCount(long Total, QueryProblem? Problem = null);
