using System.Collections.Frozen;

namespace Dicom2Fhir.Conformance.Terminology;

/// <summary>The value sets a validation decides bindings with. Immutable.</summary>
public sealed class ValueSets
{
    readonly FrozenDictionary<string, CodeTable> tables;

    internal ValueSets(IEnumerable<CodeTable> tables)
    {
        var byUrl = new Dictionary<string, CodeTable>(StringComparer.Ordinal);
        foreach (var table in tables) byUrl[table.Url] = table;
        this.tables = byUrl.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public IEnumerable<CodeTable> Tables => tables.Values;

    /// <summary>The table of a canonical; its version and an https spelling of DICOM's http pages do not matter.</summary>
    public CodeTable? Find(string canonical)
    {
        if (tables.TryGetValue(canonical, out var table)) return table;
        var url = Canonical.WithoutVersion(canonical);
        if (url.StartsWith("https://dicom.nema.org/", StringComparison.Ordinal)) url = string.Concat("http", url.AsSpan(5));
        return tables.GetValueOrDefault(url);
    }

    /// <summary>Without the tables for value sets outside the MII and HL7 packages (terminology "none").</summary>
    public ValueSets WithoutExternal() => new(tables.Values.Where(table => !table.External));

    /// <summary>With these tables on top; a table of the same canonical is replaced.</summary>
    public ValueSets With(IEnumerable<CodeTable> more) => new(tables.Values.Concat(more));
}
