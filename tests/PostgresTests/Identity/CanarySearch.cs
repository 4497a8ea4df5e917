using System.Security.Cryptography;
using System.Text;

namespace Dicom2Fhir.PostgresTests.Identity;

/// <summary>Finds canaries in bytes, however they were written there.</summary>
sealed class CanarySearch
{
    readonly List<(string Canary, string Encoding, byte[] Bytes)> patterns;

    public CanarySearch(IEnumerable<string> canaries) =>
        patterns = [.. canaries.Distinct().SelectMany(canary => Spellings(canary).Distinct().SelectMany(Encodings).Select(pattern => (canary, pattern.Name, pattern.Bytes)))];

    /// <summary>The ways a text may be written: names for the message, bytes to look for.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Encodings(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var hash = SHA256.HashData(utf8);
        yield return ("plain text", utf8);
        yield return ("ISO 8859-1", Encoding.Latin1.GetBytes(text));
        yield return ("UTF-16", Encoding.Unicode.GetBytes(text));
        yield return ("percent-encoded", Encoding.ASCII.GetBytes(string.Concat(utf8.Select(one => FormattableString.Invariant($"%{one:X2}")))));
        yield return ("percent-encoded where needed", Encoding.ASCII.GetBytes(Uri.EscapeDataString(text)));
        yield return ("JSON escapes", Encoding.ASCII.GetBytes(string.Concat(text.Select(one => one < 128 ? one.ToString() : FormattableString.Invariant($"\\u{(int)one:x4}")))));
        yield return ("hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(utf8)));
        yield return ("hex in capitals", Encoding.ASCII.GetBytes(Convert.ToHexString(utf8)));
        foreach (var offset in Enumerable.Range(0, 3)) yield return ("base64", Base64Inside(utf8, offset));
        yield return ("SHA-256", hash);
        yield return ("SHA-256 in hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash)));
        yield return ("SHA-256 in hex capitals", Encoding.ASCII.GetBytes(Convert.ToHexString(hash)));
        yield return ("SHA-256 in base64", Encoding.ASCII.GetBytes(Convert.ToBase64String(hash)));
        yield return ("SHA-256 as an id", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash)[..32]));
    }

    /// <summary>What was found where: "canary as encoding in place".</summary>
    public IEnumerable<string> Find(string place, ReadOnlyMemory<byte> bytes) =>
        patterns.Where(pattern => bytes.Span.IndexOf(pattern.Bytes) >= 0).Select(pattern => $"{pattern.Canary} as {pattern.Encoding} in {place}");

    public IEnumerable<string> Find(string place, string text) => Find(place, Encoding.UTF8.GetBytes(text));

    public IEnumerable<string> FindInFiles(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).SelectMany(path => Find(path, File.ReadAllBytes(path)).Concat(Find("the name of a file", path)));

    // Umlauts are also written out by devices, and folded by indexes.
    static IEnumerable<string> Spellings(string canary) =>
        new[] { canary, canary.Replace("ö", "oe", StringComparison.Ordinal), canary.Replace("ö", "o", StringComparison.Ordinal) }
            .SelectMany(text => new[] { text, text.ToLowerInvariant(), text.ToUpperInvariant() });

    // The characters that depend on the text alone: those at its edges also hold bits of what stands before and behind.
    static byte[] Base64Inside(byte[] text, int offset)
    {
        var encoded = Convert.ToBase64String([.. new byte[offset], .. text]).TrimEnd('=');
        var first = (offset * 8 + 5) / 6;
        var last = (offset + text.Length) * 8 / 6;
        return Encoding.ASCII.GetBytes(encoded[first..last]);
    }
}
