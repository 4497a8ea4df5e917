using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Dicom2Fhir.Indexer.Import;

/// <summary>One piece of JSON offered for import.</summary>
/// <param name="Name">PATH, PATH:line, PATH#n or PATH:line#n; lines and entries count from 1.</param>
/// <param name="Json">The text as it stands in the file.</param>
/// <param name="IsDelete">A Bundle entry that asks for a deletion.</param>
/// <param name="Reason">Why there is no text (a word of the closed list), else null.</param>
sealed record ImportItem(string Name, ReadOnlyMemory<byte> Json, bool IsDelete = false, string? Reason = null);

/// <summary>
/// Takes files apart into resources: NDJSON by line, a Bundle by entry, a single resource as a whole; .gz is unpacked. A file is NDJSON when its name
/// says so, or when its first line is a whole JSON object and another follows. Memory holds one line or entry at a time, whatever the file's size.
/// </summary>
/// <param name="lines">False: only a name makes a file NDJSON, so that a text with something behind its end stays one broken text.</param>
/// <param name="longest">Bytes of one resource: the largest real ones (some 10,000 instances) have 3 MB; beyond this it is no resource.</param>
sealed class ImportSource(int longest = 64 * 1024 * 1024, bool lines = true)
{
    // instead of a length: more bytes are needed; the bytes are no JSON, or not what is looked for
    const int Unknown = -1;
    const int Broken = -2;

    static readonly JsonDocumentOptions Depth = new() { MaxDepth = 256 };
    static readonly JsonReaderOptions ReaderDepth = new() { MaxDepth = 256 };

    /// <exception cref="IOException">The file cannot be read.</exception>
    public async IAsyncEnumerable<ImportItem> ItemsAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var isZipped = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        await using Stream content = isZipped ? new GZipStream(file, CompressionMode.Decompress) : file;
        var window = new JsonWindow(content, longest);
        await window.FillAsync(cancellationToken);
        if (window.Bytes.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) window.Drop(3);

        var isNamedNdjson = (isZipped ? path[..^3] : path).EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase);
        var items = isNamedNdjson || (lines && await IsNdjsonAsync(window, cancellationToken))
            ? LinesAsync(path, window, cancellationToken)
            : DocumentAsync(path, window, cancellationToken);
        await foreach (var item in items) yield return item;
        if (window.Fault is { } fault) yield return new ImportItem(path, default, Reason: fault);
    }

    static async IAsyncEnumerable<ImportItem> LinesAsync(string path, JsonWindow window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            var length = await LineLengthAsync(window, cancellationToken);
            if (window.Bytes.IsEmpty && window.IsEnded) yield break;
            var name = string.Create(CultureInfo.InvariantCulture, $"{path}:{number}");
            if (length < 0)
            {
                yield return new ImportItem(name, default, Reason: Reasons.Limit);
                while (length < 0)
                {
                    window.Drop(window.Bytes.Length);
                    length = await LineLengthAsync(window, cancellationToken);
                }
            }
            else if (window.Fault is not null && window.Bytes.Length == length)
            {
                yield break;        // the line the stream broke off in is not known; the file says it
            }
            else if (Trimmed(window.Bytes[..length]) is { IsEmpty: false } line)
            {
                foreach (var item in Entries(name, line.ToArray())) yield return item;
            }

            window.Drop(Math.Min(length + 1, window.Bytes.Length));
        }
    }

    /// <summary>A Bundle entry by entry when it says what it is before its entries, as all writers do; anything else as a whole.</summary>
    static async IAsyncEnumerable<ImportItem> DocumentAsync(string path, JsonWindow window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!await window.SkipBlanksAsync(null, cancellationToken))
        {
            if (window.Fault is null) yield return new ImportItem(path, default, Reason: Reasons.Empty);
            yield break;
        }

        int entries;
        while ((entries = EntriesStart(window)) == Unknown && await window.FillAsync(cancellationToken))
        {
            // more of the head is needed
        }

        if (entries < 0)
        {
            while (await window.FillAsync(cancellationToken))
            {
                // the whole text
            }

            if (!window.IsEnded) yield return new ImportItem(path, default, Reason: Reasons.Limit);
            else if (window.Fault is null) foreach (var item in Entries(path, window.Bytes.ToArray())) yield return item;
            yield break;
        }

        window.Drop(entries);
        for (var number = 1; await window.SkipBlanksAsync((byte)',', cancellationToken) && window.Bytes.Span[0] != ']'; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{path}#{number}");
            int length;
            while ((length = ValueLength(window)) == Unknown && await window.FillAsync(cancellationToken))
            {
                // more of the entry is needed
            }

            if (length < 0)
            {
                var reason = length == Broken ? Reasons.NotJson : window.IsEnded ? Reasons.Truncated : Reasons.Limit;
                if (window.Fault is null) yield return new ImportItem(name, default, Reason: reason);
                yield break;        // where the next entry begins is not known
            }

            yield return Entry(name, window.Bytes[..length].ToArray());
            window.Drop(length);
        }

        if (window.Bytes.IsEmpty && window.Fault is null) yield return new ImportItem(path, default, Reason: Reasons.Truncated);
    }

    /// <summary>Where the entries of a Bundle begin; <see cref="Broken"/> when the window is read as a whole instead.</summary>
    static int EntriesStart(JsonWindow window)
    {
        var reader = new Utf8JsonReader(window.Bytes.Span, isFinalBlock: false, new JsonReaderState(ReaderDepth));
        try
        {
            if (!reader.Read()) return Unknown;
            if (reader.TokenType != JsonTokenType.StartObject) return Broken;
            for (var isBundle = false; ;)
            {
                if (!reader.Read()) return Unknown;
                if (reader.TokenType != JsonTokenType.PropertyName) return Broken;      // the end: no entries
                var isType = reader.ValueTextEquals("resourceType"u8);
                var isEntry = reader.ValueTextEquals("entry"u8);
                if (!reader.Read()) return Unknown;
                if (isType && !(isBundle = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("Bundle"u8))) return Broken;
                if (isEntry) return isBundle && reader.TokenType == JsonTokenType.StartArray ? (int)reader.BytesConsumed : Broken;
                if (!reader.TrySkip()) return Unknown;
            }
        }
        catch (JsonException)
        {
            return Broken;
        }
    }

    static int ValueLength(JsonWindow window)
    {
        var reader = new Utf8JsonReader(window.Bytes.Span, isFinalBlock: false, new JsonReaderState(ReaderDepth));
        try
        {
            return reader.Read() && reader.TrySkip() ? (int)reader.BytesConsumed : Unknown;
        }
        catch (JsonException)
        {
            return Broken;
        }
    }

    static async ValueTask<bool> IsNdjsonAsync(JsonWindow window, CancellationToken cancellationToken)
    {
        var length = await LineLengthAsync(window, cancellationToken);
        if (length <= 0 || !IsObject(window.Bytes[..length])) return false;
        while (true)
        {
            if (window.Bytes.Span[length..].ContainsAnyExcept(" \t\r\n"u8)) return true;
            if (!await window.FillAsync(cancellationToken)) return false;
        }
    }

    /// <summary>Bytes before the line end or the end of the stream; below 0 when the line is longer than the limit.</summary>
    static async ValueTask<int> LineLengthAsync(JsonWindow window, CancellationToken cancellationToken)
    {
        for (var searched = 0; ;)
        {
            var found = window.Bytes.Span[searched..].IndexOf((byte)'\n');
            if (found >= 0) return searched + found;
            searched = window.Bytes.Length;
            if (await window.FillAsync(cancellationToken)) continue;
            return window.IsEnded ? window.Bytes.Length : -1;
        }
    }

    static bool IsObject(ReadOnlyMemory<byte> line)
    {
        if (Trimmed(line) is not { IsEmpty: false } text || text.Span[0] != '{') return false;
        try
        {
            using var document = JsonDocument.Parse(text, Depth);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static ReadOnlyMemory<byte> Trimmed(ReadOnlyMemory<byte> line) => line.Trim(" \t\r\n"u8);

    // Any Bundle is a list of entries (design decision 13); what is no Bundle, or no JSON, goes on as it is.
    static IEnumerable<ImportItem> Entries(string name, byte[] json)
    {
        var entries = BundleEntries(json);
        if (entries is null) return [new ImportItem(name, json)];
        return entries.Select((entry, i) => entry with { Name = string.Create(CultureInfo.InvariantCulture, $"{name}#{i + 1}") });
    }

    static List<ImportItem>? BundleEntries(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Depth);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("resourceType", out var type) || type.ValueKind != JsonValueKind.String || !type.ValueEquals("Bundle"u8)) return null;
            if (!root.TryGetProperty("entry", out var entries) || entries.ValueKind != JsonValueKind.Array) return [];
            return [.. entries.EnumerateArray().Select(entry => Entry("", entry))];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static ImportItem Entry(string name, byte[] json)
    {
        using var document = JsonDocument.Parse(json, Depth);
        return Entry(name, document.RootElement);
    }

    static ImportItem Entry(string name, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object) return new ImportItem(name, default);
        var isDelete = entry.TryGetProperty("request", out var request) && request.ValueKind == JsonValueKind.Object
            && request.TryGetProperty("method", out var method) && method.ValueKind == JsonValueKind.String && method.ValueEquals("DELETE"u8);
        return new ImportItem(name, entry.TryGetProperty("resource", out var resource) ? JsonMarshal.GetRawUtf8Value(resource).ToArray() : default, isDelete);
    }
}
