using System.Text;
using System.Text.Json.Nodes;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Conformance.Profiles;

namespace Dicom2Fhir.UnitTests.Conformance.Mutation;

/// <summary>Every rule of the published definitions, broken once: the engine has to see it, where it is.</summary>
public class MutationTests(ITestOutputHelper output)
{
    const string Module = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/";

    [Theory]
    [InlineData("ImagingStudy", "mii-pr-bildgebung-bildgebungsstudie", 3000)]
    [InlineData("Device", "mii-pr-bildgebung-geraet", 300)]
    [InlineData("MedicationAdministration", "mii-pr-bildgebung-kontrastmittelgabe", 300)]
    [InlineData("Procedure", "mii-pr-bildgebung-bildgebungsprozedur", 300)]
    [InlineData("ServiceRequest", "mii-pr-bildgebung-anforderung-bildgebung", 300)]
    [InlineData("DiagnosticReport", "mii-pr-bildgebung-radiologischer-befund", 300)]
    [InlineData("Observation", "mii-pr-bildgebung-radiologische-beobachtung", 300)]
    [InlineData("BodyStructure", "mii-pr-bildgebung-koerperstruktur", 100)]
    [InlineData("CarePlan", "mii-pr-bildgebung-behandlungsempfehlung", 300)]
    [InlineData("Composition", "mii-pr-bildgebung-semistrukt-befundbericht", 300)]
    public void A_broken_rule_is_found_where_it_is_broken(string type, string profile, int atLeast)
    {
        Shared.Require();
        var (definitions, bases) = (new Definitions(), Bases().ToList());
        var mutations = new Mutations(definitions, new Codes(), Extensions(bases, definitions));
        var engine = Engine();
        var options = new ValidateOptions { Profiles = [Module + profile], Terminology = engine.ValueSets.With(PackageReader.ReadValueSets(Path.Combine(Corpus.Folder, "terminology"))) };
        var valid = bases.Where(b => Definitions.Text(b, "resourceType") == type && engine.Validate(b.ToJsonString(), options).Valid);
        Judge(valid, definitions.Find(Module + profile)!, mutations, engine, options, atLeast);
    }

    [Theory]
    [InlineData("ImagingStudy", 2000)]
    [InlineData("Device", 2000)]
    [InlineData("MedicationAdministration", 2000)]
    [InlineData("Procedure", 2000)]
    [InlineData("ServiceRequest", 2000)]
    [InlineData("DiagnosticReport", 1500)]
    [InlineData("Observation", 1500)]
    [InlineData("BodyStructure", 700)]
    [InlineData("CarePlan", 2000)]
    [InlineData("Composition", 2000)]
    [InlineData("Medication", 1000)]
    [InlineData("Patient", 2000)]
    public void A_broken_rule_of_R4_is_found_where_it_is_broken(string type, int atLeast)
    {
        Shared.Require();
        var definitions = new Definitions();
        var mutations = new Mutations(definitions, new Codes(), new Dictionary<string, JsonNode>());
        JsonObject[] bases = [new Filled(definitions, 0).Of(type), new Filled(definitions, 1).Of(type)];
        foreach (var json in bases) Assert.DoesNotContain(ConformanceEngine.Shipped.Validate(json.ToJsonString()).Issues, i => i.Severity == Severity.Error);
        Judge(bases, definitions.OfType(type)!, mutations, ConformanceEngine.Shipped, ValidateOptions.Default, atLeast);
    }

    void Judge(IEnumerable<JsonObject> bases, Definition profile, Mutations mutations, ConformanceEngine engine, ValidateOptions options, int atLeast)
    {
        var made = new HashSet<string>(StringComparer.Ordinal);
        var wrong = new List<string>();
        foreach (var json in bases)
            foreach (var mutant in mutations.Of(json, profile, made))
                if (Fault(engine.Validate(mutant.Json, options), mutant) is { } fault) wrong.Add($"{mutant.What}: {fault}");
        output.WriteLine($"{made.Count} mutants");
        foreach (var line in wrong) output.WriteLine(line);
        Assert.True(made.Count >= atLeast, $"{made.Count} mutants");
        Assert.Empty(wrong);
    }

    static string? Fault(Report report, Mutant mutant)
    {
        var errors = report.Issues.Where(i => i.Severity == Severity.Error).Select(i => $"{i.Expression} {i.Rule}").Distinct().Take(4).ToList();
        if (mutant.Focus is null) return report.Valid ? null : $"is right, but: {string.Join(", ", errors)}";
        if (report.Valid) return "passes";
        return report.Issues.Any(i => i.Severity == Severity.Error && Corpus.IsAtOrBelow(i.Expression, mutant.Focus)) ? null : $"no error at {mutant.Focus}, but {string.Join(", ", errors)}";
    }

    static ConformanceEngine Engine()
    {
        var mii = Path.Combine(Repository.Shared!, "mii");
        return ConformanceEngine.Shipped.With(PackageReader.Read(Path.Combine(mii, "dependencies")), PackageReader.Read(Path.Combine(mii, "bildgebung-2026.0.0")));
    }

    static IEnumerable<JsonObject> Bases()
    {
        var examples = Directory.EnumerateFiles(Path.Combine(Repository.Shared!, "mii", "examples"), "*.json").Order(StringComparer.Ordinal).Select(File.ReadAllBytes);
        var corpus = Corpus.Items().Where(i => i.Valid && i.ValidWithTerminology && !i.Contested).Select(i => i.Bytes);
        return corpus.Concat(examples).Where(b => b.Length < 60_000).OrderBy(b => b.Length).Select(b => JsonNode.Parse(Mended(b))!.AsObject());
    }

    // The BodyStructure's qualifier (Left) is not in the value set its profile binds; Lateral is.
    static string Mended(byte[] json) => Encoding.UTF8.GetString(json) is var text && text.Contains("\"BodyStructure\"", StringComparison.Ordinal) ? text.Replace("7771000", "49370004", StringComparison.Ordinal) : text;

    /// <summary>One instance of each extension that a definition is at hand of.</summary>
    static Dictionary<string, JsonNode> Extensions(IEnumerable<JsonNode> bases, Definitions definitions)
    {
        var found = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var extension in bases.SelectMany(Inside))
            if (Definitions.Text(extension, "url") is { } url && definitions.Find(url) is { Type: "Extension" }) found.TryAdd(url, extension);
        return found;
    }

    static IEnumerable<JsonNode> Inside(JsonNode node) => node switch
    {
        JsonObject it => it.Where(p => p.Value is not null).SelectMany(p => Inside(p.Value!)).Prepend(it),
        JsonArray it => it.Where(i => i is not null).SelectMany(i => Inside(i!)),
        _ => [],
    };
}
