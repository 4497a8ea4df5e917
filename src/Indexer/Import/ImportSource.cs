using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Dicom2Fhir.Indexer.Import;

/// <summary>One piece of JSON offered for import.</summary>
/// <param name="Name">PATH, PATH:line, PATH#n or PATH:line#n (entries of a Bundle count from 0).</param>
/// <param name="Json">The text as it stands in the file.</param>
/// <param name="IsDelete">A Bundle entry that asks for a deletion.</param>
sealed record ImportItem(string Name, ReadOnlyMemory<byte> Json, bool IsDelete = false);

/// <summary>
/// Takes files apart into resources: NDJSON by line, a Bundle by entry, a single resource as a whole; .gz is unpacked. A file is NDJSON when its first
/// line is a whole JSON object and another follows, or when its name says so.
/// </summary>
static class ImportSource
{
    // A line or file beyond this is no resource; reading stops before memory is gone.
    const int LongestText = 512 * 1024 * 1024;

    static readonly JsonDocumentOptions Depth = new() { MaxDepth = 256 };

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A .gz that does not unpack, or a text beyond the limit.</exception>
    public static async IAsyncEnumerable<ImportItem> ItemsAsync(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        await using Stream content = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(content, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: true);

        var first = await reader.ReadLineAsync(cancellationToken) ?? "";
        var name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        var byLine = name.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase) || (IsObject(first) && HasMore(reader));
        if (!byLine)
        {
            var whole = Encoding.UTF8.GetBytes(first + "\n" + await RestAsync(reader, cancellationToken));
            foreach (var item in Entries(path, whole)) yield return item;
            yield break;
        }

        var number = 1;
        for (var line = first; line is not null; line = await reader.ReadLineAsync(cancellationToken), number++)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            foreach (var item in Entries(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}:{number}"), Encoding.UTF8.GetBytes(line))) yield return item;
        }
    }

    static bool IsObject(string line)
    {
        if (!line.AsSpan().TrimStart().StartsWith("{")) return false;
        try
        {
            using var document = JsonDocument.Parse(line, Depth);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static bool HasMore(StreamReader reader)
    {
        while (reader.Peek() is '\r' or '\n' or ' ' or '\t') reader.Read();
        return reader.Peek() >= 0;
    }

    static async Task<string> RestAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[64 * 1024];
        int read;
        while ((read = await reader.ReadBlockAsync(buffer, cancellationToken)) > 0)
        {
            if (text.Length + read > LongestText) throw new InvalidDataException("larger than this program reads as one text");
            text.Append(buffer, 0, read);
        }

        return text.ToString();
    }

    // Any Bundle is a list of entries (design decision 13); what is no Bundle, or no JSON, goes on as it is.
    static IEnumerable<ImportItem> Entries(string name, byte[] json)
    {
        var entries = BundleEntries(json);
        if (entries is null) return [new ImportItem(name, json)];
        return entries.Select((entry, i) => new ImportItem(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}#{i}"), entry.Json, entry.IsDelete));
    }

    static List<(ReadOnlyMemory<byte> Json, bool IsDelete)>? BundleEntries(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Depth);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("resourceType", out var type) || type.ValueKind != JsonValueKind.String || type.GetString() != "Bundle") return null;
            if (!root.TryGetProperty("entry", out var entries) || entries.ValueKind != JsonValueKind.Array) return [];
            return [.. entries.EnumerateArray().Select(entry => (Resource(entry), IsDelete(entry)))];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static ReadOnlyMemory<byte> Resource(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("resource", out var resource) ? Encoding.UTF8.GetBytes(resource.GetRawText()) : default;

    static bool IsDelete(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("request", out var request) && request.ValueKind == JsonValueKind.Object
        && request.TryGetProperty("method", out var method) && method.ValueKind == JsonValueKind.String && method.GetString() == "DELETE";
}
