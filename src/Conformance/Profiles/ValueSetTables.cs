using System.Collections.Frozen;
using Dicom2Fhir.Conformance.Terminology;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Profiles;

/// <summary>Turns published ValueSets into tables: complete where the codes are listed (in compose, an expansion or a complete CodeSystem of the package), else partial.</summary>
static class ValueSetTables
{
    public static IReadOnlyList<CodeTable> Of(IReadOnlyList<ValueSet> valueSets, IReadOnlyList<CodeSystem> codeSystems)
    {
        var sets = valueSets.GroupBy(v => v.Url!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        var systems = codeSystems.GroupBy(c => c.Url!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        return [.. sets.Values.Select(set => Table(set, sets, systems)).OfType<CodeTable>()];
    }

    static CodeTable? Table(ValueSet set, Dictionary<string, ValueSet> sets, Dictionary<string, CodeSystem> systems)
    {
        var codes = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var complete = Collect(set, sets, systems, codes, 0);
        // Nothing named at all: the set decides nothing, as if it were not loaded.
        if (!complete && codes.Count == 0) return null;
        return new(set.Url!, complete, false, codes.ToFrozenDictionary(s => s.Key, s => s.Value.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal));
    }

    static bool Collect(ValueSet set, Dictionary<string, ValueSet> sets, Dictionary<string, CodeSystem> systems, Dictionary<string, HashSet<string>> codes, int depth)
    {
        if (depth > 16) return false;
        if (set.Expansion?.Contains is { Count: > 0 } contains && set.Compose?.Include is null or { Count: 0 })
        {
            Expanded(contains, codes);
            return set.Expansion.Total is null || set.Expansion.Total <= codes.Values.Sum(c => c.Count);
        }
        if (set.Compose is not { } compose) return false;
        var complete = compose.Exclude.Count == 0;
        foreach (var include in compose.Include) complete &= Include(include, sets, systems, codes, depth);
        return complete;
    }

    static bool Include(ValueSet.ConceptSetComponent include, Dictionary<string, ValueSet> sets, Dictionary<string, CodeSystem> systems, Dictionary<string, HashSet<string>> codes, int depth)
    {
        var complete = true;
        foreach (var canonical in include.ValueSet.OfType<string>())
            complete &= sets.TryGetValue(Canonical.WithoutVersion(canonical), out var other) && Collect(other, sets, systems, codes, depth + 1);
        // A set of named codes that must also be in other sets is an intersection, which is not computed.
        if (include.System is not { } system) return complete;
        if (include.ValueSet.Any()) return false;
        if (!codes.TryGetValue(system, out var list)) codes[system] = list = new(StringComparer.Ordinal);
        if (include.Filter.Count > 0) return false;
        if (include.Concept.Count > 0) list.UnionWith(include.Concept.Select(c => c.Code).OfType<string>());
        else if (systems.TryGetValue(system, out var known) && known.Content == CodeSystemContentMode.Complete) Concepts(known.Concept, list);
        else return false;
        return complete;
    }

    static void Concepts(List<CodeSystem.ConceptDefinitionComponent> concepts, HashSet<string> codes)
    {
        foreach (var concept in concepts)
        {
            if (concept.Code is { } code) codes.Add(code);
            Concepts(concept.Concept, codes);
        }
    }

    static void Expanded(List<ValueSet.ContainsComponent> contains, Dictionary<string, HashSet<string>> codes)
    {
        foreach (var entry in contains)
        {
            if (entry.System is { } system && entry.Code is { } code && entry.Abstract != true)
            {
                if (!codes.TryGetValue(system, out var list)) codes[system] = list = new(StringComparer.Ordinal);
                list.Add(code);
            }
            Expanded(entry.Contains, codes);
        }
    }
}
