using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Dicom2Fhir.Conformance.Terminology;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Profiles;

/// <summary>Reads our own tables of profiles and value sets (tab-separated; docs/conformance.md has the columns).</summary>
static class StatementTable
{
    /// <param name="open">Opens another table of the same folder by version, for "like".</param>
    public static ProfilePackage Read(TextReader text, Func<string, ProfilePackage>? open = null)
    {
        var (name, version) = ("", "");
        var aliases = new List<(string Short, string Long)>();
        var profiles = new Dictionary<string, ProfileStatement>(StringComparer.Ordinal);
        List<ElementStatement>? elements = null;
        while (text.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var cells = line.Split('\t');
            for (var i = 0; i < cells.Length; i++)
                foreach (var (shortForm, longForm) in aliases) cells[i] = cells[i].Replace(shortForm, longForm, StringComparison.Ordinal);
            switch (cells[0])
            {
                case "package": (name, version) = (cells[1], cells[2]); break;
                case "alias": aliases.Add((cells[1], cells[2])); break;
                case "like":
                    foreach (var profile in open!(cells[1]).Profiles) profiles[profile.Url] = profile with { Version = version };
                    break;
                case "without": profiles.Remove(cells[1]); break;
                case "profile":
                    elements = [];
                    var contexts = cells[4].Split(';', StringSplitOptions.RemoveEmptyEntries);
                    profiles[cells[1]] = new(cells[1], version, cells[2], cells[3], contexts, cells.Length > 6 && cells[6] == "modifier", elements);
                    break;
                default: elements!.Add(Element(cells)); break;
            }
        }
        return new(name, version, "", [.. profiles.Values], [], []);
    }

    public static IEnumerable<CodeTable> ReadValueSets(TextReader text)
    {
        string[]? head = null;
        var systems = new Dictionary<string, FrozenSet<string>>(StringComparer.Ordinal);
        while (text.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var cells = line.Split('\t');
            if (cells[0] != "valueset")
            {
                systems[cells[0]] = cells[1..].Where(code => code.Length > 0).ToFrozenSet(StringComparer.Ordinal);
                continue;
            }
            if (head is not null) yield return Table(head, systems);
            head = cells;
            systems = new(StringComparer.Ordinal);
        }
        if (head is not null) yield return Table(head, systems);
    }

    static CodeTable Table(string[] head, Dictionary<string, FrozenSet<string>> systems) =>
        new(head[1], head[2] == "complete", head[3] == "external", systems.ToFrozenDictionary(StringComparer.Ordinal));

    static ElementStatement Element(string[] cells)
    {
        string Cell(int i) => i < cells.Length ? cells[i] : "";
        var card = Cell(1).Split("..");
        var value = Cell(3).Split(' ', 3);
        var binding = Cell(4).Split(' ');
        return new(cells[0])
        {
            Minimum = card[0].Length > 0 ? int.Parse(card[0], CultureInfo.InvariantCulture) : null,
            Maximum = card.Length > 1 && card[1].Length > 0 ? card[1] : null,
            Types = [.. Cell(2).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Type)],
            Fixed = value[0] == "fixed" ? Value(value[1], value[2]) : null,
            Pattern = value[0] == "pattern" ? Value(value[1], value[2]) : null,
            Binding = binding.Length == 2 ? new(binding[0], binding[1]) : null,
            Slicing = Slicing(Cell(5).Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        };
    }

    static TypeStatement Type(string text)
    {
        var end = text.IndexOfAny(['<', '(']);
        if (end < 0) return new(text, [], []);
        var list = text[(end + 1)..^1].Split(',');
        return text[end] == '<' ? new(text[..end], list, []) : new(text[..end], [], list);
    }

    static SlicingStatement? Slicing(string[] words) => words.Length == 0
        ? null
        : new([.. words[..^1].Select(word => word.Split(':', 2)).Select(pair => new Discriminator(pair[0], pair[1]))], words[^1] == "closed");

    static DataType Value(string type, string text) => type switch
    {
        "Uri" => new FhirUri(text),
        "String" => new FhirString(text),
        "Code" => new Code(text),
        "Boolean" => new FhirBoolean(text == "true"),
        "Coding" => Coding(JsonDocument.Parse(text).RootElement),
        "CodeableConcept" => Concept(JsonDocument.Parse(text).RootElement),
        _ => throw new FormatException($"The tables have no fixed or pattern value of type {type}."),
    };

    static Coding Coding(JsonElement json) => new(Text(json, "system"), Text(json, "code"), Text(json, "display"));

    static CodeableConcept Concept(JsonElement json) => new() { Coding = [.. json.GetProperty("coding").EnumerateArray().Select(Coding)], Text = Text(json, "text") };

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
