using System.Text.Json.Nodes;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.UnitTests.Conformance.Mutation;
using Hl7.Fhir.FhirPath;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.UnitTests.Conformance;

/// <summary>The invariants of the R4 definitions, judged by the SDK's FHIRPath evaluator and by the engine over random instances.</summary>
public class InvariantCoverageTests(ITestOutputHelper output)
{
    // Types that stand in no resource but the definitional ones; rules of every element and of narratives, which other tests break (MutationTests, TextRulesTests).
    static readonly string[] Elsewhere = ["ElementDefinition", "CapabilityStatement", "SearchParameter", "OperationOutcome", "MoneyQuantity", "SimpleQuantity"];
    static readonly string[] Elements = ["txt-1", "txt-2", "ele-1", "ext-1"];

    [Fact]
    public void Every_invariant_answers_as_its_FHIRPath_does()
    {
        Shared.Require();
        var definitions = new Definitions();
        var answers = new Dictionary<string, (int Kept, int Broken)>(StringComparer.Ordinal);
        var wrong = new List<string>();
        var ofTypes = definitions.All.Where(d => d is { IsPrimitive: false, IsResource: false, IsProfile: false }).SelectMany(d => d.Root.Constraints).Select(c => c.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var definition in definitions.All.Where(d => d.Url.StartsWith("http://hl7.org/fhir/StructureDefinition/", StringComparison.Ordinal) && d is { IsPrimitive: false, IsProfile: false } && !Elsewhere.Contains(d.Type)))
        {
            var rules = definition.Elements.Where(e => e.Slice is null).SelectMany(e => e.Constraints.Select(c => (e.Path, c.Key, c.Expression))).Where(r => !Elements.Contains(r.Key) && !(definition.IsResource && ofTypes.Contains(r.Key))).ToList();
            foreach (var resource in Instances(definition, definitions))
                foreach (var (path, key, expression) in rules)
                    Compare(resource, definition, path, key, expression, answers, wrong);
        }

        foreach (var (key, (kept, broken)) in answers.OrderBy(a => a.Key, StringComparer.Ordinal)) output.WriteLine($"{key}: kept {kept}, broken {broken}");
        Assert.Empty(wrong.Distinct().Take(20));
        Assert.DoesNotContain(answers, answer => answer.Value.Kept == 0 || answer.Value.Broken == 0 && !Contained.Contains(answer.Key));
    }

    // Broken by contained resources, which the instances have none of (CorpusTests, TextRulesTests).
    static readonly string[] Contained = ["dom-2", "dom-3", "dom-4", "dom-5"];

    static IEnumerable<Report> Instances(Definition definition, Definitions definitions)
    {
        var varied = new Varied(definitions, new Random(11));
        for (var i = 0; i < (definition.Type is "Bundle" or "Observation" or "Range" ? 500 : 100); i++)
        {
            if (varied.Of(definition.Root) is not { } node) continue;
            if (!definition.IsResource)
                node = new JsonObject { ["resourceType"] = "Basic", ["code"] = new JsonObject { ["text"] = "x" }, ["extension"] = new JsonArray(new JsonObject { ["url"] = "http://example.org/x", ["value" + definition.Type] = node }) };
            else node["resourceType"] = definition.Type;
            yield return ConformanceEngine.Shipped.Validate(node.ToJsonString());
        }
    }

    static void Compare(Report report, Definition definition, string path, string key, string expression, Dictionary<string, (int Kept, int Broken)> answers, List<string> wrong)
    {
        var from = definition.IsResource ? path : path == definition.Type ? "extension.value" : "extension.value" + path[definition.Type.Length..];
        var place = (definition.IsResource ? from : "Basic." + from).Replace("[x]", "", StringComparison.Ordinal);
        if (Answer(report.Resource!, from.Replace("[x]", "", StringComparison.Ordinal), expression) is not { } isBroken) return;
        var (kept, broken) = answers.GetValueOrDefault(key);
        answers[key] = isBroken ? (kept, broken + 1) : (kept + 1, broken);
        var isFound = report.Issues.Any(i => i.Rule == key && Corpus.Plain(i.Expression) == place);
        // What order quantities of different units have is the evaluator's own answer.
        if (isFound != isBroken && !(key == "rng-2" && isBroken)) wrong.Add($"{path} {key}: FHIRPath says {(isBroken ? "broken" : "kept")}: {report.Resource!.ToJson()}");
    }

    /// <summary>Null where the evaluator gives neither true nor false, or cannot judge the instance.</summary>
    static bool? Answer(Resource resource, string from, string expression)
    {
        try
        {
            if (resource.IsTrue($"{from}.where(({expression}) = false).exists()")) return true;
            return resource.IsTrue($"{from}.where((({expression}) = true).not() or ({expression}).empty()).empty()") ? false : null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException)
        {
            return null;
        }
    }
}
