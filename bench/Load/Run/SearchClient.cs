using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Dicom2Fhir.Load.Data;

namespace Dicom2Fhir.Load.Run;

/// <summary>What a drain brought: every id is counted, summed and looked for twice.</summary>
sealed record Drained(long Resources, long Pages, long Bytes, ulong Digest, long Doubles, TimeSpan Time, Times PageTimes);

/// <summary>A FHIR client as portals are: POST _search, then link next; a page is looked through for its ids, not parsed into objects.</summary>
sealed class SearchClient : IDisposable
{
    static readonly byte[] FullUrl = "\"fullUrl\":\""u8.ToArray();
    static readonly byte[] Next = "\"relation\":\"next\",\"url\":\""u8.ToArray();
    static readonly byte[] Total = "\"total\":"u8.ToArray();

    readonly HttpClient http;
    byte[] buffer = new byte[1 << 20];

    public SearchClient(Uri fhirBase, int connections = 1)
    {
        http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { BaseAddress = fhirBase, Timeout = TimeSpan.FromMinutes(5) };
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/fhir+json"));
    }

    /// <summary>total of _summary=count.</summary>
    public async Task<long> CountAsync(string query)
    {
        var page = await PostAsync(query.Length > 0 ? query + "&_summary=count" : "_summary=count");
        var at = page.Span.IndexOf(Total);
        if (at < 0) throw new InvalidOperationException("no total: " + Encoding.UTF8.GetString(page.Span));
        var number = page.Span[(at + Total.Length)..];
        return long.Parse(number[..number.IndexOfAnyExceptInRange((byte)'0', (byte)'9')], CultureInfo.InvariantCulture);
    }

    /// <summary>The first page; its next link.</summary>
    public async Task<string?> FirstAsync(string query) => NextOf((await PostAsync(query)).Span);

    public async Task<string?> FollowAsync(string next) => NextOf((await GetAsync(next)).Span);

    /// <summary>All pages. Doubles are found by the ids' first 64 bits.</summary>
    public async Task<Drained> DrainAsync(string query, long atMost = long.MaxValue)
    {
        var seen = new HashSet<ulong>(capacity: 1 << 20);
        var (resources, pages, bytes, digest, doubles) = (0L, 0L, 0L, 0UL, 0L);
        var times = new Times();
        var all = Stopwatch.StartNew();
        string? next = null;
        do
        {
            var one = Stopwatch.GetTimestamp();
            var page = next is null ? await PostAsync(query) : await GetAsync(next);
            times.Add(Stopwatch.GetElapsedTime(one).TotalMilliseconds);
            pages++;
            bytes += page.Length;
            foreach (var id in Ids(page))
            {
                resources++;
                digest += id;
                if (!seen.Add(id)) doubles++;
            }

            next = NextOf(page.Span);
        }
        while (next is not null && resources < atMost);
        return new Drained(resources, pages, bytes, digest, doubles, all.Elapsed, times);
    }

    /// <summary>Any GET; only the bytes count.</summary>
    public async Task<ReadOnlyMemory<byte>> GetAsync(string url)
    {
        using var response = await http.GetAsync(new Uri(url, UriKind.RelativeOrAbsolute), HttpCompletionOption.ResponseHeadersRead);
        return await BodyAsync(response);
    }

    async Task<ReadOnlyMemory<byte>> PostAsync(string query)
    {
        using var content = new StringContent(query, Encoding.UTF8, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "ImagingStudy/_search") { Content = content };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await BodyAsync(response);
    }

    async Task<ReadOnlyMemory<byte>> BodyAsync(HttpResponseMessage response)
    {
        await using var body = await response.Content.ReadAsStreamAsync();
        var length = 0;
        for (int read; (read = await body.ReadAsync(buffer.AsMemory(length))) > 0; length += read)
        {
            if (length + read == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        }

        if (!response.IsSuccessStatusCode) throw new HttpRequestException($"{(int)response.StatusCode}: {Encoding.UTF8.GetString(buffer, 0, Math.Min(length, 500))}");
        return buffer.AsMemory(0, length);
    }

    static string? NextOf(ReadOnlySpan<byte> page)
    {
        var at = page.IndexOf(Next);
        if (at < 0) return null;
        var url = page[(at + Next.Length)..];
        return Encoding.UTF8.GetString(url[..url.IndexOf((byte)'"')]);
    }

    static List<ulong> Ids(ReadOnlyMemory<byte> page)
    {
        var ids = new List<ulong>(1000);
        Span<char> text = stackalloc char[16];
        var rest = page.Span;
        for (int at; (at = rest.IndexOf(FullUrl)) >= 0;)
        {
            rest = rest[(at + FullUrl.Length)..];
            var url = rest[..rest.IndexOf((byte)'"')];
            Encoding.ASCII.GetChars(url[(url.LastIndexOf((byte)'/') + 1)..][..16], text);
            ids.Add(Truth.Digest(text));
        }

        return ids;
    }

    public void Dispose() => http.Dispose();
}
