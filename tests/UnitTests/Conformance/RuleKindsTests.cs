using System.Text;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Conformance.Profiles;

namespace Dicom2Fhir.UnitTests.Conformance;

/// <summary>Each kind of rule a published profile can state, met and broken.</summary>
public class RuleKindsTests
{
    const string Length = """{"id":"Patient.id","path":"Patient.id","maxLength":3}""";
    const string Range = """{"id":"Patient.multipleBirth[x]","path":"Patient.multipleBirth[x]","minValueInteger":1,"maxValueInteger":5}""";
    const string DateRange = """{"id":"Patient.birthDate","path":"Patient.birthDate","minValueDate":"2000-01-01"}""";
    const string Invariant = """{"id":"Patient","path":"Patient","constraint":[{"key":"own-1","severity":"error","human":"Male has a birth date.","expression":"gender = 'male' implies birthDate.exists()"}]}""";
    const string Resolving = """{"id":"Patient.generalPractitioner","path":"Patient.generalPractitioner","constraint":[{"key":"own-2","severity":"error","human":"Active.","expression":"resolve().active = true"}]}""";
    const string Broken = """{"id":"Patient","path":"Patient","constraint":[{"key":"own-3","severity":"error","human":"x","expression":"((("}]}""";
    const string FixedConcept = """{"id":"Patient.maritalStatus","path":"Patient.maritalStatus","fixedCodeableConcept":{"coding":[{"system":"urn:s","code":"a"}]}}""";
    const string PatternConcept = """{"id":"Patient.maritalStatus","path":"Patient.maritalStatus","patternCodeableConcept":{"coding":[{"system":"urn:s","code":"a"},{"code":"b"}]}}""";
    const string OfProfile = """{"id":"Patient.identifier","path":"Patient.identifier","type":[{"code":"Identifier","profile":["https://example.org/own-identifier"]}]}""";
    const string OfMissingProfile = """{"id":"Patient.identifier","path":"Patient.identifier","type":[{"code":"Identifier","profile":["https://example.org/nowhere"]}]}""";
    const string ByTypeProfile =
        """{"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}},""" +
        """{"id":"Patient.identifier:own","path":"Patient.identifier","sliceName":"own","min":1,"type":[{"code":"Identifier","profile":["https://example.org/own-identifier"]}]}""";
    const string ByTarget =
        """{"id":"Patient.generalPractitioner","path":"Patient.generalPractitioner","slicing":{"discriminator":[{"type":"type","path":"resolve()"}],"rules":"open"}},""" +
        """{"id":"Patient.generalPractitioner:o","path":"Patient.generalPractitioner","sliceName":"o","max":"1","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Organization"]}]}""";
    const string ByTargetProfile =
        """{"id":"Patient.generalPractitioner","path":"Patient.generalPractitioner","slicing":{"discriminator":[{"type":"profile","path":"resolve()"}],"rules":"open"}},""" +
        """{"id":"Patient.generalPractitioner:o","path":"Patient.generalPractitioner","sliceName":"o","min":1,"type":[{"code":"Reference","targetProfile":["https://example.org/named-organization"]}]}""";
    const string ByExtension =
        """{"id":"Patient.name","path":"Patient.name","slicing":{"discriminator":[{"type":"value","path":"extension('http://example.org/e').value"}],"rules":"open"}},""" +
        """{"id":"Patient.name:n","path":"Patient.name","sliceName":"n","max":"0"},{"id":"Patient.name:n.extension","path":"Patient.name.extension"},""" +
        """{"id":"Patient.name:n.extension:e","path":"Patient.name.extension","sliceName":"e"},{"id":"Patient.name:n.extension:e.url","path":"Patient.name.extension.url","fixedUri":"http://example.org/e"},""" +
        """{"id":"Patient.name:n.extension:e.value[x]","path":"Patient.name.extension.value[x]","fixedString":"x"}""";

    public static TheoryData<string, string, string, string?> Cases => new()
    {
        { "as long as allowed", Length, "\"id\":\"abc\"", null },
        { "longer", Length, "\"id\":\"abcd\"", "Patient.id" },
        { "in the range", Range, "\"multipleBirthInteger\":5", null },
        { "below the range", Range, "\"multipleBirthInteger\":0", "Patient.multipleBirth" },
        { "above the range", Range, "\"multipleBirthInteger\":6", "Patient.multipleBirth" },
        { "the first day", DateRange, "\"birthDate\":\"2000-01-01\"", null },
        { "the day before", DateRange, "\"birthDate\":\"1999-12-31\"", "Patient.birthDate" },
        { "invariant kept", Invariant, "\"gender\":\"male\",\"birthDate\":\"2000\"", null },
        { "invariant broken", Invariant, "\"gender\":\"male\"", "Patient" },
        { "invariant on a contained target kept", Resolving, Contained("\"active\":true"), null },
        { "invariant on a contained target broken", Resolving, Contained("\"active\":false"), "Patient.generalPractitioner[0]" },
        { "invariant that is no FHIRPath", Broken, "\"active\":true", null },
        { "fixed concept", FixedConcept, "\"maritalStatus\":{\"coding\":[{\"system\":\"urn:s\",\"code\":\"a\"}]}", null },
        { "fixed concept with more", FixedConcept, "\"maritalStatus\":{\"coding\":[{\"system\":\"urn:s\",\"code\":\"a\"}],\"text\":\"a\"}", "Patient.maritalStatus" },
        { "pattern of two codings in another order", PatternConcept, "\"maritalStatus\":{\"coding\":[{\"system\":\"urn:t\",\"code\":\"b\"},{\"system\":\"urn:s\",\"code\":\"a\"}]}", null },
        { "pattern of two codings, one there", PatternConcept, "\"maritalStatus\":{\"coding\":[{\"system\":\"urn:s\",\"code\":\"a\"}]}", "Patient.maritalStatus.coding" },
        { "type profile kept", OfProfile, "\"identifier\":[{\"system\":\"urn:own\",\"value\":\"1\"}]", null },
        { "type profile broken", OfProfile, "\"identifier\":[{\"system\":\"urn:own\"}]", "Patient.identifier[0].value" },
        { "type profile not loaded", OfMissingProfile, "\"identifier\":[{\"system\":\"urn:own\"}]", null },
        { "slice told by its type profile", ByTypeProfile, "\"identifier\":[{\"system\":\"urn:else\"},{\"system\":\"urn:own\",\"value\":\"1\"}]", null },
        { "slice told by its type profile missing", ByTypeProfile, "\"identifier\":[{\"system\":\"urn:else\"}]", "Patient.identifier" },
        { "one target of the slice", ByTarget, "\"generalPractitioner\":[{\"reference\":\"Organization/1\"},{\"reference\":\"Practitioner/1\"}]", null },
        { "two targets of the slice", ByTarget, "\"generalPractitioner\":[{\"reference\":\"Organization/1\"},{\"reference\":\"Organization/2\"}]", "Patient.generalPractitioner" },
        { "contained target of the profile", ByTargetProfile, Contained("\"name\":\"a\""), null },
        { "contained target of another profile", ByTargetProfile, Contained("\"active\":true"), "Patient.generalPractitioner" },
        { "slice by a value in an extension", ByExtension, "\"name\":[{\"extension\":[{\"url\":\"http://example.org/e\",\"valueString\":\"y\"}]}]", null },
        { "slice by a value in an extension, forbidden", ByExtension, "\"name\":[{\"extension\":[{\"url\":\"http://example.org/e\",\"valueString\":\"x\"}]}]", "Patient.name" },
        { "ordered", Slicing("open", true), Identifiers("a", "x", "b"), null },
        { "not ordered", Slicing("open", true), Identifiers("b", "a"), "Patient.identifier[1]" },
        { "order does not matter", Slicing("open", false), Identifiers("b", "x", "a"), null },
        { "open at the end", Slicing("openAtEnd", false), Identifiers("b", "a", "x"), null },
        { "open at the end, one before", Slicing("openAtEnd", false), Identifiers("b", "x", "a"), "Patient.identifier[2]" },
        { "closed", Slicing("closed", true), Identifiers("a", "b"), null },
        { "closed, one more", Slicing("closed", true), Identifiers("a", "b", "x"), "Patient.identifier[2]" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_kind_of_rule_judges(string what, string elements, string content, string? error)
    {
        var engine = ConformanceEngine.Shipped.With(PackageReader.Read(new PackageContent("own", "1", "", [.. Files(elements)], [])));
        var report = engine.Validate($"{{\"resourceType\":\"Patient\",{content}}}", new() { Profiles = ["https://example.org/p"] });
        Assert.True(error == report.Issues.FirstOrDefault(i => i.Severity == Severity.Error)?.Expression, $"{what}: {string.Join('\n', report.Issues)}");
    }

    [Theory]
    [InlineData(Broken, "\"active\":true", "invariant-undecided")]
    [InlineData(OfMissingProfile, "\"identifier\":[{\"system\":\"urn:own\"},{\"system\":\"urn:own\"}]", "unresolved-profile")]
    public void What_cannot_be_decided_is_said_once(string elements, string content, string rule)
    {
        var engine = ConformanceEngine.Shipped.With(PackageReader.Read(new PackageContent("own", "1", "", [.. Files(elements)], [])));
        var issue = Assert.Single(engine.Validate($"{{\"resourceType\":\"Patient\",{content}}}", new() { Profiles = ["https://example.org/p"] }).Issues);
        Assert.Equal((Severity.Warning, rule), (issue.Severity, issue.Rule));
    }

    static string Contained(string organization) =>
        $"\"contained\":[{{\"resourceType\":\"Organization\",\"id\":\"o\",\"identifier\":[{{\"value\":\"1\"}}],{organization}}}],\"generalPractitioner\":[{{\"reference\":\"#o\"}}]";

    static string Identifiers(params string[] systems) => $"\"identifier\":[{string.Join(',', systems.Select(system => $"{{\"system\":\"urn:{system}\"}}"))}]";

    static string Slicing(string rules, bool ordered) =>
        $"{{\"id\":\"Patient.identifier\",\"path\":\"Patient.identifier\",\"slicing\":{{\"discriminator\":[{{\"type\":\"value\",\"path\":\"system\"}}],\"ordered\":{(ordered ? "true" : "false")},\"rules\":\"{rules}\"}}}}"
        + string.Concat(((string[])["a", "b"]).Select(slice => $",{{\"id\":\"Patient.identifier:{slice}\",\"path\":\"Patient.identifier\",\"sliceName\":\"{slice}\"}}"
            + $",{{\"id\":\"Patient.identifier:{slice}.system\",\"path\":\"Patient.identifier.system\",\"fixedUri\":\"urn:{slice}\"}}"));

    static IEnumerable<PackageFile> Files(string elements)
    {
        yield return File("p", "Patient", elements);
        yield return File("own-identifier", "Identifier", """{"id":"Identifier.system","path":"Identifier.system","fixedUri":"urn:own"},{"id":"Identifier.value","path":"Identifier.value","min":1}""");
        yield return File("named-organization", "Organization", """{"id":"Organization.name","path":"Organization.name","min":1}""");
    }

    static PackageFile File(string name, string type, string elements) => new(name + ".json", Encoding.UTF8.GetBytes(
        $"{{\"resourceType\":\"StructureDefinition\",\"url\":\"https://example.org/{name}\",\"name\":\"P\",\"version\":\"1\",\"status\":\"active\",\"kind\":\"resource\",\"abstract\":false,\"type\":\"{type}\","
        + $"\"baseDefinition\":\"http://hl7.org/fhir/StructureDefinition/{type}\",\"derivation\":\"constraint\",\"differential\":{{\"element\":[{elements}]}}}}"));
}
