using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>
/// Pages behind a page, by the numbers that are kept of their search (<see cref="KeptSearches"/>). While a client takes one in, the next one is read ahead. It is sent only
/// if no transaction has ended since it was begun, so it is what reading it at that moment would give (docs/adr/0006).
/// </summary>
sealed class FollowedPages(NpgsqlDataSource database)
{
    // Of all clients together: reading ahead makes nothing quicker once every processor is busy, and a page has 4 MB.
    static readonly int Most = Environment.ProcessorCount;

    // A client that takes longer for a page does not wait for the database.
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    // Behind a page that was read for nothing: where others write without a break, nearly all would be.
    const int PauseMilliseconds = 100;

    readonly Dictionary<PageKey, Ahead> ahead = [];
    readonly Lock gate = new();
    Timer? sweeper;
    long pausedUntil;
    int sent;

    /// <summary>Pages that were read ahead and sent.</summary>
    public int Sent => sent;

    /// <summary>What a page depends on beside the state of the database.</summary>
    sealed record PageKey(string Search, long Last, long? Total, int Count, int MaxBytes, string Elements);

    /// <param name="Reading">The page and the snapshot before it; null when it could not be read.</param>
    sealed record Ahead(Task<(SearchPage Page, string Snapshot)?> Reading, long Begun);

    /// <summary>Null when the numbers are not kept, or no longer hold.</summary>
    public async Task<SearchPage?> PageAsync(SearchRequest request, PagePosition position, int count, int maxBytes, CancellationToken cancellationToken)
    {
        if (KeptSearches.KeyOf(request, position.Horizons[0]) is not { } search) return null;
        var key = new PageKey(search, position.Last, position.Total, count, maxBytes, request.Elements is null ? "*" : string.Join(',', request.Elements.Order(StringComparer.Ordinal)));
        // Before a connection is taken: the page that is being read may be waiting for one.
        var ready = await TakeAsync(key, cancellationToken);
        var page = await PageAsync(ready, search, request, position, count, maxBytes, cancellationToken);
        if (page?.Next is { } next) Start(key with { Last = next.Last }, () => ReadAheadAsync(search, request, next, count, maxBytes));
        return page;
    }

    async Task<SearchPage?> PageAsync(
        (SearchPage Page, string Snapshot)? ready, string search, SearchRequest request, PagePosition position, int count, int maxBytes, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // Looked up now: another server would have it forgotten, and what was read ahead is then another's too.
        var kept = KeptSearches.Of(database.ConnectionString).Find(search);
        if (ready is var (page, snapshot))
        {
            if (kept is not null && await SnapshotAsync(connection, cancellationToken) == snapshot)
            {
                Interlocked.Increment(ref sent);
                return page;
            }

            page.Dispose();
            pausedUntil = Environment.TickCount64 + PauseMilliseconds;
        }

        return kept is null ? null : await ReadAsync(connection, kept, request, position, count, maxBytes, cancellationToken);
    }

    static async Task<SearchPage?> ReadAsync(
        NpgsqlConnection connection, KeptSearch kept, SearchRequest request, PagePosition position, int count, int maxBytes, CancellationToken cancellationToken)
    {
        var page = new PageRows(connection, count, maxBytes, request.Elements) { Kept = kept };
        page.Begin(request.Type, kept.Horizon, 0);
        var numbers = kept.Next(position.Last, count + 1);
        while (numbers is { Count: > 0 } && !await page.AddAsync(numbers, cancellationToken)) numbers = kept.Next(numbers[^1], count + 1);
        if (numbers is not null && page.Holds && await page.LoadAsync(cancellationToken))
        {
            return new SearchPage(page.Resources, position.Total, page.HasMore ? position with { Last = page.Last } : null) { Memory = page.Memory };
        }

        page.Memory.Dispose();
        return null;
    }

    void Start(PageKey key, Func<Task<(SearchPage, string)?>> read)
    {
        lock (gate)
        {
            if (ahead.Count >= Most || Environment.TickCount64 < pausedUntil || ahead.ContainsKey(key)) return;
            ahead[key] = new Ahead(Task.Run(read), Environment.TickCount64);
            if (ahead.Count > 1) return;
            sweeper ??= new Timer(_ => Sweep());
            sweeper.Change(Longest, Timeout.InfiniteTimeSpan);
        }
    }

    async Task<(SearchPage, string)?> TakeAsync(PageKey key, CancellationToken cancellationToken)
    {
        Ahead? found;
        lock (gate)
        {
            if (!ahead.Remove(key, out found)) return null;
        }

        return await found.Reading.WaitAsync(cancellationToken);
    }

    async Task<(SearchPage, string)?> ReadAheadAsync(string search, SearchRequest request, PagePosition position, int count, int maxBytes)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
            if (KeptSearches.Of(database.ConnectionString).Find(search) is not { } kept) return null;
            var snapshot = await SnapshotAsync(connection, CancellationToken.None);
            return await ReadAsync(connection, kept, request, position, count, maxBytes, CancellationToken.None) is { } page ? (page, snapshot) : null;
        }
        catch (Exception exception) when (exception is NpgsqlException or ObjectDisposedException)
        {
            return null;        // who asks for the page reads it, and learns what is wrong
        }
    }

    // Gives the memory of pages back that nobody asked for.
    void Sweep()
    {
        lock (gate)
        {
            foreach (var (key, one) in ahead.Where(pair => Environment.TickCount64 - pair.Value.Begun >= Longest.TotalMilliseconds).ToList())
            {
                ahead.Remove(key);
                _ = one.Reading.ContinueWith(read => read.Result?.Page.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            }

            if (ahead.Count > 0) sweeper!.Change(Longest, Timeout.InfiniteTimeSpan);
        }
    }

    // Equal before and behind: nothing that a statement could see has changed between (transactions that write have a number, and end in both texts or in none).
    // A replica does not name those that are under way; there the text says how far it has followed.
    static async Task<string> SnapshotAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select concat(pg_current_snapshot(), ' ', pg_last_wal_replay_lsn())", connection);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
