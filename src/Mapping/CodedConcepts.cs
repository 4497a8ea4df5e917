using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>DICOM code triples as CodeableConcepts.</summary>
static class CodedConcepts
{
    /// <summary>What the scrubber leaves of a text it removes whole.</summary>
    const string Removed = "***";

    /// <summary>SNOMED CT of a code: itself with a right check digit, or by PS3.16 annex O; null for other schemes.</summary>
    public static string? Snomed(CodeTables tables, string code, string scheme) => scheme.ToUpperInvariant() switch
    {
        "SCT" when SnomedId.IsValid(code) => code,
        "SRT" or "SNM3" or "99SDM" => tables.SnomedRt.GetValueOrDefault(code),
        _ => null,
    };

    /// <summary>System and code; null when the scheme is local or means no system.</summary>
    public static (string System, string Code)? Resolve(CodeTables tables, string code, string scheme)
    {
        if (Snomed(tables, code, scheme) is { } snomed) return (CodeSystems.Snomed, snomed);
        if (scheme.Equals("SCT", StringComparison.OrdinalIgnoreCase) || code.Any(char.IsWhiteSpace)) return null;
        return tables.Schemes.TryGetValue(scheme, out var system) ? (system, code) : null;
    }

    /// <summary>The coding where the scheme has a system, the meaning as text; null when neither is left. The meaning is not sent as display: it is
    /// often no term of the code system.</summary>
    public static CodeableConcept? Of(CodeTables tables, (string Code, string Scheme, string Meaning) item, Func<string, string, string?>? display = null)
    {
        var concept = new CodeableConcept { Text = item.Meaning.Replace(Removed, "", StringComparison.Ordinal).Trim().Length > 0 ? item.Meaning : null };
        if (item.Code.Length > 0 && Resolve(tables, item.Code, item.Scheme) is var (system, code))
            concept.Coding.Add(new Coding(system, code) { Display = display?.Invoke(system, code) });
        return concept.Coding.Count > 0 || concept.Text is not null ? concept : null;
    }

    /// <summary>What tells two concepts apart: the code, without one the text.</summary>
    public static string Key(CodeableConcept concept) =>
        concept.Coding is [var coding, ..] ? $"{coding.System}|{coding.Code}" : "|" + concept.Text;

    /// <summary>The distinct concepts of all instances in the order of their keys; of equal codes the most frequent text.</summary>
    public static List<CodeableConcept> Distinct(IEnumerable<CodeableConcept> concepts) =>
        [.. concepts.GroupBy(Key).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group =>
        {
            var concept = (CodeableConcept)group.First().DeepCopy();
            concept.Text = Scope.MostFrequent(group.Select(one => one.Text).OfType<string>());
            return concept;
        })];
}
