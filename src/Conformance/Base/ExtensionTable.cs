using System.Collections.Frozen;
using Dicom2Fhir.Conformance.Profiles;
using Dicom2Fhir.Conformance.Rules;

namespace Dicom2Fhir.Conformance.Base;

/// <summary>The extensions of the loaded profiles, and those of R4 from a table.</summary>
static class ExtensionTable
{
    public static FrozenDictionary<string, KnownExtension> Build(IEnumerable<CompiledProfile[]> loaded)
    {
        var known = new Dictionary<string, KnownExtension>(StringComparer.Ordinal);
        using (var text = ShippedTables.Open("r4/extensions.tsv"))
            while (text.ReadLine() is { } line)
                if (line.Length > 0 && line[0] != '#') AddCore(line.Split('\t'), known);
        foreach (var versions in loaded)
            known[versions[0].Url] = new(versions[0].Contexts, versions[0].IsModifier, versions, null);
        return known.ToFrozenDictionary(StringComparer.Ordinal);
    }

    static void AddCore(string[] cells, Dictionary<string, KnownExtension> known)
    {
        string Cell(int i) => i < cells.Length ? cells[i] : "";
        var url = Canonical.Core + cells[0];
        string[] contexts = Cell(1) == "*" ? [] : Cell(1).Split(';', StringSplitOptions.RemoveEmptyEntries);
        string[]? types = Cell(2) switch { "*" => null, "-" => [], var list => list.Split(' ') };
        var valueSet = Cell(3).Replace("{hl7vs}", "http://hl7.org/fhir/ValueSet/", StringComparison.Ordinal);
        var binding = valueSet.Length > 0 ? new BindingRule(new(url, "Extension.value[x]"), "required", valueSet) : null;
        known[url] = new(contexts, Cell(4) == "modifier", [], new(types, binding));
    }
}
