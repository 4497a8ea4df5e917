using System.Text.Json;
using System.Text.RegularExpressions;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Conformance.Profiles;
using Dicom2Fhir.Conformance.Terminology;

namespace Dicom2Fhir.UnitTests.Conformance;

/// <summary>The labelled corpus beside the checkout.</summary>
static partial class Corpus
{
    public static string Folder => Path.Combine(Repository.Shared!, "validation");

    public static IReadOnlyList<Item> Items()
    {
        var lines = File.ReadLines(Path.Combine(Folder, "expected.jsonl"));
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement).Select(Item.Of)];
    }

    public static ValueSets Loaded() => ConformanceEngine.Shipped.ValueSets.With(PackageReader.ReadValueSets(Path.Combine(Folder, "terminology")));

    public static ValueSets None() => ConformanceEngine.Shipped.ValueSets.WithoutExternal();

    /// <summary>A path without indices, choice suffixes and "[x]", so that JSON paths and FHIRPath compare.</summary>
    public static string Plain(string path) => Brackets().Replace(path, "");

    /// <summary>Whether an error lies at or below the focus; a choice element may be written with its type.</summary>
    public static bool IsAtOrBelow(string expression, string focus)
    {
        string[] at = Plain(expression).Split('.'), wanted = Plain(focus).Split('.');
        return at.Length >= wanted.Length && wanted.Zip(at).All(pair => pair.First == pair.Second || IsChoiceOf(pair.First, pair.Second) || IsChoiceOf(pair.Second, pair.First));
    }

    static bool IsChoiceOf(string typed, string name) => typed.Length > name.Length && typed.StartsWith(name, StringComparison.Ordinal) && char.IsUpper(typed[name.Length]);

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Brackets();

    public sealed record Item(string Id, string File, string Profile, bool Valid, bool ValidWithTerminology, bool Contested, string? Focus)
    {
        public byte[] Bytes => System.IO.File.ReadAllBytes(Path.Combine(Folder, File));

        public static Item Of(JsonElement row) => new(row.GetProperty("id").GetString()!, row.GetProperty("file").GetString()!, row.GetProperty("profile").GetString()!,
            row.GetProperty("valid").GetBoolean(), row.GetProperty("validWithTerminology").GetBoolean(), row.GetProperty("contested").GetBoolean(), row.GetProperty("focus").GetString());
    }
}
