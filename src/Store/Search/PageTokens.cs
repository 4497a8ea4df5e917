using Npgsql;

namespace Dicom2Fhir.Store.Search;

/// <summary>What a page link carries: the query with its result parameters, and the position.</summary>
public sealed record PageState(string Type, IReadOnlyList<KeyValuePair<string, string>> Query, PagePosition Position);

/// <summary>Answer of opening a token.</summary>
public abstract record OpenedToken
{
    public sealed record Valid(PageState State) : OpenedToken;

    /// <summary>Tampered with, foreign, or of an unknown format: 400.</summary>
    public sealed record Invalid : OpenedToken;

    /// <summary>Its stored query was removed: 410.</summary>
    public sealed record Gone : OpenedToken;
}

/// <summary>
/// Page tokens: AES-256-GCM with a key all copies of the facade share (setting table), base64url. A query over 1,000 bytes is stored compressed and
/// encrypted in page_query through <paramref name="write"/>.
/// </summary>
public sealed class PageTokens(NpgsqlDataSource read, NpgsqlDataSource? write)
{
    /// <summary>Null when the query is too long for a link and there is no connection to store it (400 too-costly).</summary>
    public Task<string?> SealAsync(PageState state, CancellationToken cancellationToken) => throw new NotImplementedException($"{read}{write}");

    public Task<OpenedToken> OpenAsync(string token, CancellationToken cancellationToken) => throw new NotImplementedException();
}
