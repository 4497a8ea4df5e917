using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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
/// Page tokens: format byte, nonce, tag and AES-256-GCM text, base64url, with a key all copies of the facade share (setting page-key). A query over
/// 1,000 bytes is stored compressed and encrypted in page_query under its keyed hash, through <paramref name="write"/>; the token then holds the hash.
/// </summary>
public sealed class PageTokens(NpgsqlDataSource read, NpgsqlDataSource? write)
{
    /// <summary>Longest query that goes into the link: with the position and base64 it stays far under the 8 kB proxies allow.</summary>
    public const int LongestInLink = 1_000;

    const byte Format = 2;
    const int NonceSize = 12;
    const int TagSize = 16;

    byte[]? key;

    /// <summary>Null when the query is too long for a link and there is no connection to store it (400 too-costly).</summary>
    public async Task<string?> SealAsync(PageState state, CancellationToken cancellationToken)
    {
        var secret = await KeyAsync(cancellationToken);
        var query = JsonSerializer.SerializeToUtf8Bytes(state.Query.Select(pair => new[] { pair.Key, pair.Value }));
        var payload = new Payload(state.Type, state.Position, null, null);
        if (query.Length <= LongestInLink)
        {
            payload = payload with { Query = Encoding.UTF8.GetString(query) };
        }
        else
        {
            if (write is null) return null;
            var hash = HMACSHA256.HashData(secret, query);
            try
            {
                await StoreAsync(hash, Encrypt(secret, Compress(query)), cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
            {
                return null;        // a replica, and no other connection was given
            }

            payload = payload with { Stored = hash };
        }

        return Base64Url.EncodeToString(Encrypt(secret, JsonSerializer.SerializeToUtf8Bytes(payload)));
    }

    public async Task<OpenedToken> OpenAsync(string token, CancellationToken cancellationToken)
    {
        var secret = await KeyAsync(cancellationToken);
        if (Decrypt(secret, Decode(token)) is not { } plain) return new OpenedToken.Invalid();
        var payload = JsonSerializer.Deserialize<Payload>(plain)!;
        var query = payload.Query is not null ? Encoding.UTF8.GetBytes(payload.Query) : await LoadAsync(secret, payload.Stored!, cancellationToken);
        if (query is null) return new OpenedToken.Gone();
        var pairs = JsonSerializer.Deserialize<string[][]>(query)!;
        return new OpenedToken.Valid(new PageState(
            payload.Type, [.. pairs.Select(pair => KeyValuePair.Create(pair[0], pair[1]))], payload.Position));
    }

    /// <summary>Removes stored queries that were not used for this long.</summary>
    public async Task<int> RemoveUnusedAsync(TimeSpan unused, CancellationToken cancellationToken)
    {
        if (write is null) return 0;
        await using var command = write.CreateCommand("delete from page_query where last_used < now() - $1");
        command.Parameters.AddWithValue(unused);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    sealed record Payload(string Type, PagePosition Position, string? Query, byte[]? Stored);

    async Task<byte[]> KeyAsync(CancellationToken cancellationToken)
    {
        if (key is not null) return key;
        await using var command = read.CreateCommand("select value from setting where name = 'page-key'");
        return key = (byte[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    // last_used is moved at most hourly: a drain of thousands of pages writes it once.
    async Task StoreAsync(byte[] hash, byte[] body, CancellationToken cancellationToken)
    {
        await using var command = write!.CreateCommand(
            """
            insert into page_query as p (hash, body, last_used) values ($1, $2, now())
            on conflict (hash) do update set last_used = now() where p.last_used < now() - interval '1 hour'
            """);
        command.Parameters.AddWithValue(hash);
        command.Parameters.AddWithValue(body);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // A replica may not have it yet: the primary has.
    async Task<byte[]?> LoadAsync(byte[] secret, byte[] hash, CancellationToken cancellationToken) =>
        await LoadAsync(read, secret, hash, cancellationToken)
        ?? (write is null || ReferenceEquals(write, read) ? null : await LoadAsync(write, secret, hash, cancellationToken));

    static async Task<byte[]?> LoadAsync(NpgsqlDataSource database, byte[] secret, byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select body from page_query where hash = $1");
        command.Parameters.AddWithValue(hash);
        return await command.ExecuteScalarAsync(cancellationToken) is byte[] body && Decrypt(secret, body) is { } compressed ? Expand(compressed) : null;
    }

    static byte[] Encrypt(byte[] secret, byte[] plain)
    {
        var output = new byte[1 + NonceSize + TagSize + plain.Length];
        output[0] = Format;
        RandomNumberGenerator.Fill(output.AsSpan(1, NonceSize));
        using var aes = new AesGcm(secret, TagSize);
        aes.Encrypt(output.AsSpan(1, NonceSize), plain, output.AsSpan(1 + NonceSize + TagSize), output.AsSpan(1 + NonceSize, TagSize), output.AsSpan(0, 1));
        return output;
    }

    static byte[]? Decrypt(byte[] secret, byte[]? box)
    {
        if (box is null || box.Length <= 1 + NonceSize + TagSize || box[0] != Format) return null;
        var plain = new byte[box.Length - 1 - NonceSize - TagSize];
        using var aes = new AesGcm(secret, TagSize);
        try
        {
            aes.Decrypt(
                box.AsSpan(1, NonceSize), box.AsSpan(1 + NonceSize + TagSize), box.AsSpan(1 + NonceSize, TagSize), plain, box.AsSpan(0, 1));
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    static byte[]? Decode(string token) => Base64Url.IsValid(token) ? Base64Url.DecodeFromChars(token) : null;

    static byte[] Compress(byte[] plain)
    {
        using var output = new MemoryStream();
        using (var deflate = new BrotliStream(output, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(plain);
        return output.ToArray();
    }

    static byte[] Expand(byte[] compressed)
    {
        using var input = new BrotliStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var output = new MemoryStream();
        input.CopyTo(output);
        return output.ToArray();
    }
}
