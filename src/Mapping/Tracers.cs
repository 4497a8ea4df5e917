using System.Collections.Frozen;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>Radiopharmaceuticals and nuclides by code and by spelling (PS3.16 CID 4020, 4021, 18, 25).</summary>
sealed class Tracers
{
    /// <summary>A word alone in a longer text means a tracer from this length on (FDG, MDP).</summary>
    const int ShortestWord = 3;

    readonly FrozenDictionary<(string Kind, string System, string Code), string> displays;
    readonly FrozenDictionary<(string Kind, string Spelling), (string System, Code Code)> spellings;

    public Tracers(IReadOnlyList<TableRow> rows)
    {
        displays = rows.ToFrozenDictionary(row => (row["kind"], row["system"], row["code"]), row => row["display"]);
        spellings = rows
            .SelectMany(row => row["spellings"].Split('|', StringSplitOptions.RemoveEmptyEntries).Append(row["display"])
                .Select(spelling => (Key: (row["kind"], Normal(spelling)), Value: (row["system"], new Code(row["code"], row["display"])))))
            .GroupBy(pair => pair.Key).ToFrozenDictionary(group => group.Key, group => group.First().Value);
    }

    /// <summary>Our display of a code, null when the table has none.</summary>
    public string? Display(string kind, string system, string code) => displays.GetValueOrDefault((kind, system, code));

    /// <summary>The code a text means: as a whole, else by the one of its words that is a spelling ("FDG -- fluorodeoxyglucose"); else null.</summary>
    public Coding? OfText(string kind, string text)
    {
        if (!spellings.TryGetValue((kind, Normal(text)), out var found))
        {
            var words = BodySites.Normal(text).Split(' ').Where(word => word.Length >= ShortestWord)
                .Select(word => spellings.GetValueOrDefault((kind, word))).Where(one => one.System is not null).Distinct().ToList();
            if (words.Count != 1) return null;
            found = words[0];
        }

        return new Coding(found.System, found.Code.Value) { Display = FhirText.OrNull(found.Code.Display) };
    }

    /// <summary>Letters and digits alone: "Tc-99m", "TC 99M" and "^99m^Technetium" differ in signs and blanks only.</summary>
    static string Normal(string text) => BodySites.Normal(text).Replace(" ", "", StringComparison.Ordinal);
}
